package io.lockstep.data;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;

/** A task's run of shards as they are stored, not prepared. */
final class StoredShards {
    private final StoredPartitions stored;
    private final ShardRuns runs;
    private final RowLayout layout;
    private final List<ShardRange> shards;
    private final Map<Integer, Partition> parents;
    private final TaskContext context;

    /** @param parents of the partitions that hold the task's shards */
    StoredShards(
            StoredPartitions stored,
            ShardRuns runs,
            RowLayout layout,
            int task,
            Map<Integer, Partition> parents,
            TaskContext context) {
        this.stored = stored;
        this.runs = runs;
        this.layout = layout;
        this.shards = runs.shards(task);
        this.parents = parents;
        this.context = context;
    }

    /** They, in order. */
    List<ShardRange> shards() {
        return shards;
    }

    /** Another task's run; to be read only where rows need no parents. */
    StoredShards ofTask(int task) {
        return new StoredShards(stored, runs, layout, task, Map.of(), context);
    }

    /** The examples of dense shards in order, in blocks as large as {@code rows} wherever a shard allows. */
    void forEachBlock(int rows, DenseBlocks.Consumer consumer) {
        forEachShard(range -> new DenseBlocks(range, rows, layout.stride(), consumer));
    }

    /** {@link #forEachBlock} of sparse shards. */
    void forEachSparseBlock(int rows, SparseBlocks.Consumer consumer) {
        forEachShard(range -> new SparseBlocks(range, rows, layout, consumer));
    }

    private void forEachShard(Function<ShardRange, RowBlocks> blocks) {
        for (ShardRange range : shards) {
            read(range, blocks.apply(range));
        }
    }

    /** Hands the examples of a shard to {@code blocks}, in order, whatever pieces they are stored in. */
    void read(ShardRange range, RowBlocks blocks) {
        for (int partition : runs.ranks().overlapping(range.start(), range.end())) {
            long rank = runs.ranks().start(partition);
            StoredPartitions.Opened opened = stored.open(partition, parents, context);
            Iterator<PackedRows> pieces = opened.rows();
            while (rank < range.end() && pieces.hasNext()) {
                PackedRows piece = pieces.next();
                long from = Math.max(range.start(), rank);
                long to = Math.min(range.end(), rank + piece.rows());
                if (from < to) {
                    blocks.add(piece, (int) (from - rank), (int) (to - from));
                }
                rank += piece.rows();
            }
            if (rank >= range.end()) {
                opened.leave().run();
            }
        }
        blocks.end();
    }
}
