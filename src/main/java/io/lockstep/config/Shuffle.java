package io.lockstep.config;

/** How an epoch shuffles the examples of a shard. */
public enum Shuffle implements Named {
    /** {@link #FULL}, and {@link #BLOCKS} for training sets that memory may not hold; decided by their size alone. */
    AUTO,
    /** By a random order of all examples. */
    FULL,
    /** By a random order of blocks, and of the examples within some blocks at a time. */
    BLOCKS
}
