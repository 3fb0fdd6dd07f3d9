package io.lockstep.data;

import java.nio.ByteBuffer;

/** {@link RowBlocks} of sparse examples. */
final class SparseBlocks implements RowBlocks {
    private final ShardRange range;
    private final int rows;
    private final RowLayout layout;
    private final Consumer consumer;
    private final SparseRows block;
    private int number;

    SparseBlocks(ShardRange range, int rows, RowLayout layout, Consumer consumer) {
        this.range = range;
        this.rows = rows;
        this.layout = layout;
        this.consumer = consumer;
        this.block = new SparseRows(layout);
    }

    @Override
    public void add(PackedRows piece, int from, int count) {
        ByteBuffer bytes = piece.bytes();
        int at = 0;
        for (int i = 0; i < from + count; i++) {
            if (i >= from) {
                block.read(bytes, at);
                if (block.rows() == rows) {
                    end();
                }
            }
            at += layout.bytes(bytes, at);
        }
    }

    @Override
    public void end() {
        if (block.rows() > 0) {
            consumer.accept(range, number++, block);
            block.clear();
        }
    }

    /** Takes sparse examples block by block. */
    @FunctionalInterface
    interface Consumer {
        /** As {@link DenseBlocks.Consumer#accept}. */
        void accept(ShardRange range, int block, SparseRows examples);
    }
}
