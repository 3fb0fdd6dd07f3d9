package io.lockstep.data;

import java.util.List;

/** What one task has of a {@link ShardedSet}: a run of consecutive shards. */
public interface ShardTask {

    /** Its shards, in order. */
    List<ShardRange> shards();

    /** Another task's run of the same shards, for a stage that hands runs out anew: by executors, not by partitions. */
    ShardTask run(int task);

    /** A shard in memory, prepared; mapped at the first call in this JVM. */
    Shard shard(ShardRange range);

    /** The examples of its shards in order, not prepared, in blocks as large as {@code rows} wherever a shard allows. */
    void forEachBlock(int rows, BlockConsumer consumer);

    /** {@link #forEachBlock} of a sparse set. */
    void forEachSparseBlock(int rows, SparseBlockConsumer consumer);

    /** Takes sparse examples block by block. */
    @FunctionalInterface
    interface SparseBlockConsumer {
        /** As {@link BlockConsumer#accept}. */
        void accept(ShardRange range, int block, SparseRows examples);
    }

    /** Takes examples block by block. */
    @FunctionalInterface
    interface BlockConsumer {
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
