package io.lockstep.data;

/** {@link RowBlocks} of dense examples. */
final class DenseBlocks implements RowBlocks {
    private final ShardRange range;
    private final int rows;
    private final int stride;
    private final Consumer consumer;
    private final float[] block;
    private int filled;
    private int number;

    DenseBlocks(ShardRange range, int rows, int stride, Consumer consumer) {
        this.range = range;
        this.rows = rows;
        this.stride = stride;
        this.consumer = consumer;
        this.block = new float[Math.multiplyExact(Math.min(rows, Math.max(1, range.rows())), stride)];
    }

    @Override
    public void add(PackedRows piece, int from, int count) {
        for (int done = 0; done < count; ) {
            int next = Math.min(count - done, rows - filled);
            piece.copy(stride, from + done, next, block, filled * stride);
            filled += next;
            done += next;
            if (filled == rows) {
                end();
            }
        }
    }

    @Override
    public void end() {
        if (filled > 0) {
            consumer.accept(range, number++, block, filled);
            filled = 0;
        }
    }

    /** Takes examples block by block. */
    @FunctionalInterface
    interface Consumer {
        /**
         * Takes a block.
         *
         * @param range the shard
         * @param block the block's number in its shard, from 0
         * @param examples example after example, each with its features, targets and, if the set has weights, weight;
         *     reused
         * @param rows how many examples
         */
        void accept(ShardRange range, int block, float[] examples, int rows);
    }
}
