package io.lockstep.eval;

import java.io.Serializable;

/**
 * The blocks of a set that a {@link Bootstrap} draws: runs of the canonical order, as equal as can be. The order is by a hash
 * of the rows, so a block is a random sample, and the same one however the rows are spread over shards, tasks and files.
 *
 * @param examples of the set
 * @param count how many blocks
 */
record Blocks(long examples, int count) implements Serializable {
    /** The spread of a mean over 200 blocks is known to 1/√400, a twentieth. */
    private static final int MOST = 200;

    /** The blocks of a set: of few examples each is one of its own. */
    static Blocks of(long examples) {
        return new Blocks(examples, (int) Math.min(MOST, examples));
    }

    /** The block of the example of this rank. */
    int block(long rank) {
        return (int) (rank * count / examples);
    }

    /** The rank behind a block's last example. */
    long end(int block) {
        return ((block + 1) * examples + count - 1) / count;
    }
}
