package io.lockstep.data;

import java.io.Serializable;

/**
 * How the floats of a stored example lie: its features, its targets, and last its weight, where the set has weights.
 *
 * @param features n_x
 * @param targets floats of the target
 * @param weight whether there is one
 */
record RowLayout(int features, int targets, Weight weight) implements Serializable {

    /** Whether examples have a weight of their own. */
    enum Weight {
        /** Each weighs 1. */
        NONE,
        /** It is the last float. */
        LAST
    }

    /** Floats of an example. */
    int stride() {
        return features + targets + (isWeighted() ? 1 : 0);
    }

    boolean isWeighted() {
        return weight == Weight.LAST;
    }
}
