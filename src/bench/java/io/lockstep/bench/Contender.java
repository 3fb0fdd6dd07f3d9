package io.lockstep.bench;

/** Somebody who takes turns. It computes in {@link #lap} and at no other time. */
interface Contender extends AutoCloseable {

    /** One pass over the training data, or what stands for it. */
    Lap lap() throws Exception;

    @Override
    default void close() {}
}
