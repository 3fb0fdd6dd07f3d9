package io.lockstep.train;

import io.lockstep.config.Shuffle;
import java.io.Serializable;

/**
 * How an epoch shuffles the examples of each shard. The training set's size and the config decide, never the memory of the
 * machine, so that the order is the same everywhere.
 */
sealed interface ShuffleRule extends Serializable {

    /** One permutation of all examples. */
    record Full() implements ShuffleRule {}

    /**
     * Two levels: blocks of neighbouring examples in random order, {@code window} blocks at a time, whose examples are
     * permuted together. So a step reads from few places of a file that memory does not hold, and each block is read in
     * one go. Neighbours in a shard are neighbours by a hash, which have nothing else in common.
     *
     * @param rows examples of a block
     * @param window blocks
     */
    record Blocks(int rows, int window) implements ShuffleRule {
        public Blocks {
            if (rows < 1 || window < 1 || (long) rows * window > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("no windows of " + window + " blocks of " + rows + " examples");
            }
        }
    }

    /** A training set of up to 2 GiB is in the page cache of whatever machine trains on it. */
    long MOST_BYTES_OF_FULL = 2L << 30;

    int BLOCK_BYTES = 1 << 20;

    /** Of all shards together: what a machine that has all of them reads from at a time. */
    long WINDOW_BYTES = 256L << 20;

    /** Blocks that are mixed at the least, however many the shards are. */
    int SMALLEST_WINDOW = 4;

    /** Whose order is on the heap: of rows of a few bytes a window takes fewer blocks. */
    int MOST_WINDOW_ROWS = 1 << 21;

    /** The rule for {@code examples} of {@code bytes} together, in {@code shards}. */
    static ShuffleRule of(Shuffle shuffle, long examples, long bytes, int shards) {
        if (shuffle == Shuffle.FULL || (shuffle == Shuffle.AUTO && bytes <= MOST_BYTES_OF_FULL)) {
            return new Full();
        }
        long rowBytes = Math.max(1, bytes / Math.max(1, examples));
        int rows = (int) Math.max(1, BLOCK_BYTES / rowBytes);
        long window = Math.min(WINDOW_BYTES / shards / BLOCK_BYTES, MOST_WINDOW_ROWS / rows);
        return new Blocks(rows, (int) Math.max(SMALLEST_WINDOW, window));
    }
}
