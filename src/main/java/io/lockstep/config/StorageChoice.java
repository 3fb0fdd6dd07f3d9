package io.lockstep.config;

/** How examples are stored, and multiplied by the first layer's weights. */
public enum StorageChoice implements Named {
    /** Sparse where the training rows have so few features that are not 0 that it is faster. */
    AUTO,
    /** Every feature. */
    DENSE,
    /** The features that are not 0. */
    SPARSE
}
