package io.lockstep.train;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;

/**
 * The two-level order of {@link ShuffleRule.Blocks}. Only one window's order is in memory; each is a function of (seed,
 * epoch, shard, window), so that a task that begins in the middle of an epoch finds the same. Used by one thread.
 */
final class BlockOrder implements EpochOrder {
    /** Is told what the order is about to visit. */
    @FunctionalInterface
    interface Ahead {
        /** Rows [from, from + count) come soon. */
        void willRead(int from, int count);
    }

    private final ShuffleRule.Blocks rule;
    private final long seed;
    private final int epoch;
    private final int shard;
    private final int rows;
    private final Ahead ahead;
    /** The blocks in the order of their visits. */
    private final int[] blocks;
    /** Which visit is that of the last block, the only one that may be shorter than the others. */
    private final int shortVisit;

    private final int[] order;
    private int window = -1;

    BlockOrder(ShuffleRule.Blocks rule, long seed, int epoch, int shard, int rows, Ahead ahead) {
        this.rule = rule;
        this.seed = seed;
        this.epoch = epoch;
        this.shard = shard;
        this.rows = rows;
        this.ahead = ahead;
        this.blocks = RandomStream.of(seed, Purpose.PERMUTATION, epoch, 0, shard, 0)
                .permutation((int) (((long) rows + rule.rows() - 1) / rule.rows()));
        this.order = new int[(int) Math.min(rows, (long) rule.rows() * rule.window())];
        int found = 0;
        while (found < blocks.length && blocks[found] != blocks.length - 1) {
            found++;
        }
        this.shortVisit = found;
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public void rows(int from, int count, int[] out) {
        int filled = 0;
        while (filled < count) {
            int place = from + filled;
            enter(windowOf(place));
            int offset = place - start(window);
            int taken = Math.min(count - filled, start(window + 1) - place);
            System.arraycopy(order, offset, out, filled, taken);
            filled += taken;
        }
    }

    /** The place at which a window begins; one behind the last stands for the end. */
    private int start(int number) {
        long visit = (long) number * rule.window();
        if (visit >= blocks.length) {
            return rows;
        }
        int missing = (int) ((long) blocks.length * rule.rows() - rows);
        return (int) (visit * rule.rows() - (shortVisit < visit ? missing : 0));
    }

    private int windowOf(int place) {
        int number = (int) (place / ((long) rule.rows() * rule.window()));
        // with the short block behind it a window begins earlier
        return place >= start(number + 1) ? number + 1 : number;
    }

    private void enter(int wanted) {
        if (wanted == window) {
            return;
        }
        if (wanted != window + 1 || window < 0) {
            announce(wanted);
        }
        announce(wanted + 1);
        int filled = 0;
        for (int visit = wanted * rule.window(); visit < visits(wanted); visit++) {
            int first = blocks[visit] * rule.rows();
            for (int row = first; row < end(blocks[visit]); row++) {
                order[filled++] = row;
            }
        }
        RandomStream.of(seed, Purpose.PERMUTATION, epoch, 1 + wanted, shard, 0).shuffle(order, filled);
        window = wanted;
    }

    private void announce(int number) {
        for (int visit = number * rule.window(); visit < visits(number); visit++) {
            int first = blocks[visit] * rule.rows();
            ahead.willRead(first, end(blocks[visit]) - first);
        }
    }

    /** The visit after the last one of a window. */
    private int visits(int number) {
        return (int) Math.min(blocks.length, (number + 1L) * rule.window());
    }

    /** The row after the last one of a block. */
    private int end(int block) {
        return (int) Math.min(rows, (block + 1L) * rule.rows());
    }
}
