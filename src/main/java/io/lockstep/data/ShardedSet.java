package io.lockstep.data;

import io.lockstep.model.Normalization;
import io.lockstep.model.TargetTransform;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Examples in canonical order, cut into S shards. A shard is the unit of all that is summed: whichever task has it, its
 * part of a sum is the same, and the parts are added in the order of {@link io.lockstep.math.ReductionTree}.
 */
public final class ShardedSet implements AutoCloseable {
    private final JavaRDD<PackedRows> packed;
    private final PartitionRanks ranks;
    private final RowLayout layout;
    private final long bytes;
    private final int shards;
    private final Runnable restoration;
    /** What executors have mapped is told apart by how it was prepared. */
    private final Map<Preparation, ShardTask.Mapping> mappings = new ConcurrentHashMap<>();

    /** @param restoration stores again what was lost, and fails where that is something else now */
    ShardedSet(
            JavaRDD<PackedRows> packed,
            PartitionRanks ranks,
            RowLayout layout,
            long bytes,
            int shards,
            Runnable restoration) {
        this.restoration = restoration;
        this.packed = packed;
        this.ranks = ranks;
        this.layout = layout;
        this.bytes = bytes;
        this.shards = shards;
    }

    /** How many examples. */
    public long examples() {
        return ranks.examples();
    }

    /** S. */
    public int shards() {
        return shards;
    }

    SparkContext spark() {
        return packed.context();
    }

    /** How many bytes the examples take up as they are stored. */
    public long bytes() {
        return bytes;
    }

    /** What an example takes up. */
    public ExampleSize exampleSize() {
        if (!layout.isSparse()) {
            return ExampleSize.dense(layout.features(), layout.tail());
        }
        double words = (double) bytes / Float.BYTES / examples();
        return ExampleSize.sparse(layout.features(), layout.tail(), (words - 1 - layout.tail()) / 2);
    }

    /** Whether their features that are 0 are not stored. */
    public boolean isSparse() {
        return layout.isSparse();
    }

    /** n_x. */
    public int width() {
        return layout.features();
    }

    /** Whether examples have weights. */
    public boolean isWeighted() {
        return layout.isWeighted();
    }

    SparkContext context() {
        return packed.context();
    }

    RowLayout layout() {
        return layout;
    }

    /** The examples as they are, without normalization: for the statistics. */
    JavaRDD<StoredShards> raw(int tasks) {
        return ShardRdd.rebuildable(packed.rdd(), runs(atMostShards(tasks)), layout, shards -> shards)
                .toJavaRDD();
    }

    /**
     * One element for each task: its run of shards, which it maps into memory at the first use and keeps.
     *
     * @param tasks how many tasks share the work; decides nothing but the speed
     */
    public JavaRDD<ShardTask> normalized(int tasks, Preparation preparation) {
        return ShardRdd.rebuildable(packed.rdd(), runs(atMostShards(tasks)), layout, mapping(preparation))
                .toJavaRDD();
    }

    /**
     * {@link #normalized} for steps, with an element for each of {@code tasks} also where shards are fewer: the rows are
     * taken from Spark's block store, and fail where it has lost them, until they are {@linkplain #restore restored}. A
     * barrier stage cannot rebuild them, and a step's job is lighter without their lineage.
     */
    public JavaRDD<ShardTask> normalizedForSteps(int tasks, Preparation preparation) {
        return ShardRdd.stored(packed.rdd(), runs(tasks), layout, mapping(preparation))
                .toJavaRDD();
    }

    /**
     * Brings back stored rows that were lost with an executor; those that are there stay where they are.
     *
     * @throws io.lockstep.error.DataException if the files have changed since
     */
    public void restore() {
        restoration.run();
    }

    private ShardTask.Mapping mapping(Preparation preparation) {
        return mappings.computeIfAbsent(
                preparation,
                wanted -> new ShardTask.Mapping(
                        UUID.randomUUID().toString(),
                        layout,
                        JavaSparkContext.fromSparkContext(packed.context()).broadcast(wanted)));
    }

    private ShardRuns runs(int tasks) {
        return new ShardRuns(ranks, shards, tasks);
    }

    private int atMostShards(int tasks) {
        return Math.max(1, Math.min(tasks, shards));
    }

    /** Drops what this JVM has mapped. */
    @Override
    public void close() {
        mappings.values().forEach(mapping -> {
            ShardStore.release(mapping.set());
            mapping.preparation().unpersist();
        });
    }

    /**
     * What is done to each example when a shard is mapped.
     *
     * @param fills what missing values are taken for, as {@link io.lockstep.model.FeatureSchema#fills}; empty for nothing
     */
    public record Preparation(
            Normalization normalization, List<Double> fills, TargetTransform target, ExampleWeights weights)
            implements java.io.Serializable {
        public Preparation {
            fills = List.copyOf(fills);
        }

        /** For features of which none is missing, with weights as they are. */
        public Preparation(Normalization normalization, TargetTransform target) {
            this(normalization, List.of(), target, ExampleWeights.AS_GIVEN);
        }

        /** With weights as they are. */
        public Preparation(Normalization normalization, List<Double> fills, TargetTransform target) {
            this(normalization, fills, target, ExampleWeights.AS_GIVEN);
        }
    }
}
