package io.lockstep.data;

import java.nio.file.Path;

/** Prepares the stored examples of a shard, block by block, writes them to local disk and maps them. */
sealed interface ShardBuilder extends AutoCloseable permits DenseShardBuilder, SparseShardBuilder {

    /** A builder that writes to {@code directory}. */
    static ShardBuilder of(ShardRange range, RowLayout layout, ShardedSet.Preparation preparation, Path directory) {
        return layout.isSparse()
                ? new SparseShardBuilder(range, layout, preparation, directory)
                : new DenseShardBuilder(range, layout, preparation, directory);
    }

    /** What takes the shard's examples. */
    RowBlocks blocks();

    /** The shard, once it has all of its examples. */
    Shard map();

    @Override
    void close();
}
