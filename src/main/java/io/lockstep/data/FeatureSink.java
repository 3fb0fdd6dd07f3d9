package io.lockstep.data;

/** Takes an example's features in rising order; those that it is not given are 0. */
interface FeatureSink {
    /** A feature's value. */
    void put(int feature, float value);
}
