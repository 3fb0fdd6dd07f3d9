package io.lockstep.data;

import java.nio.file.Path;

/** {@link ShardBuilder} of sparse examples. */
final class SparseShardBuilder implements ShardBuilder {
    private static final int BLOCK_ROWS = 256;

    private final SparseRowFile.Writer writer;
    private final SparseNormalizer normalizer;
    private final TailPreparer tails;
    private final RowLayout layout;
    private final SparseRows normalized;
    private final SparseBlocks blocks;

    SparseShardBuilder(ShardRange range, RowLayout layout, ShardedSet.Preparation preparation, Path directory) {
        this.normalizer = new SparseNormalizer(preparation.normalization(), preparation.fills());
        this.tails = new TailPreparer(preparation, layout);
        this.layout = layout;
        this.normalized = new SparseRows(layout);
        this.blocks = new SparseBlocks(range, BLOCK_ROWS, layout, this::write);
        this.writer = new SparseRowFile.Writer(directory, layout);
    }

    private void write(ShardRange shard, int block, SparseRows examples) {
        normalized.normalize(examples, normalizer);
        for (int j = 0; j < normalized.rows(); j++) {
            tails.prepare(normalized.tails(), j * layout.tail());
        }
        writer.write(normalized);
    }

    @Override
    public RowBlocks blocks() {
        return blocks;
    }

    @Override
    public Shard map() {
        return new Shard(writer.map(normalizer.shift()), layout);
    }

    @Override
    public void close() {
        writer.close();
    }
}
