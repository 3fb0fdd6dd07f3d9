package io.lockstep.data;

import java.nio.file.Path;

/** {@link ShardBuilder} of dense examples. */
final class DenseShardBuilder implements ShardBuilder {
    private static final int BLOCK_BYTES = 1 << 20;

    private final DenseRowFile.Writer writer;
    private final Normalizer normalizer;
    private final TailPreparer tails;
    private final RowLayout layout;
    private final DenseBlocks blocks;

    DenseShardBuilder(ShardRange range, RowLayout layout, ShardedSet.Preparation preparation, Path directory) {
        this.normalizer = new Normalizer(preparation.normalization(), preparation.fills());
        this.tails = new TailPreparer(preparation, layout);
        this.layout = layout;
        int blockRows = Math.max(1, BLOCK_BYTES / (layout.stride() * Float.BYTES));
        this.blocks = new DenseBlocks(range, blockRows, layout.stride(), this::write);
        this.writer = new DenseRowFile.Writer(directory, layout);
    }

    private void write(ShardRange shard, int block, float[] examples, int rows) {
        for (int j = 0; j < rows; j++) {
            int start = j * layout.stride();
            normalizer.normalize(examples, start);
            tails.prepare(examples, start + layout.features());
        }
        writer.write(examples, rows);
    }

    @Override
    public RowBlocks blocks() {
        return blocks;
    }

    @Override
    public Shard map() {
        return new Shard(writer.map(), layout);
    }

    @Override
    public void close() {
        writer.close();
    }
}
