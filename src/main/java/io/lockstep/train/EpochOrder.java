package io.lockstep.train;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;

/** In what order an epoch takes a shard's examples: each exactly once, as (seed, epoch, shard) and a rule decide. */
interface EpochOrder {

    /** The epoch. */
    int epoch();

    /** Writes the row numbers of places [from, from + count) of the order to the beginning of {@code rows}. */
    void rows(int from, int count, int[] rows);

    /** By one permutation, which is made at once; used by any thread. */
    final class Full implements EpochOrder {
        private final int epoch;
        private final int[] order;

        Full(long seed, int epoch, int shard, int rows) {
            this.epoch = epoch;
            this.order = RandomStream.of(seed, Purpose.PERMUTATION, epoch, 0, shard, 0)
                    .permutation(rows);
        }

        @Override
        public int epoch() {
            return epoch;
        }

        @Override
        public void rows(int from, int count, int[] rows) {
            System.arraycopy(order, from, rows, 0, count);
        }
    }
}
