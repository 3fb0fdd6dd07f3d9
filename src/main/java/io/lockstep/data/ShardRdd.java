package io.lockstep.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * The stored partitions of a {@link CanonicalRows} once more, an element and a partition for each task: its run of shards.
 *
 * @param <T> what a task is handed
 */
final class ShardRdd<T> extends RDD<T> {
    private static final long serialVersionUID = 1L;

    private final StoredPartitions stored;
    private final ShardRuns runs;
    private final RowLayout layout;
    private final Element<T> element;

    /** Makes what a task is handed of the shards it has. */
    @FunctionalInterface
    interface Element<T> extends Serializable {
        /** The element of the task with these shards. */
        T of(StoredShards shards);
    }

    /** Runs of shards that Spark can rebuild, from the files on if it must. */
    static <T> ShardRdd<T> rebuildable(RDD<PackedRows> packed, ShardRuns runs, RowLayout layout, Element<T> element) {
        List<Dependency<?>> lineage = List.of(new Overlap(packed, runs));
        return new ShardRdd<>(packed.context(), lineage, new StoredPartitions.OfLineage(packed), runs, layout, element);
    }

    /**
     * Runs of shards that are taken from Spark's block store alone. A barrier stage may not hold an RDD of another number
     * of partitions, so this one names no parents; and a step's job ships less without them.
     */
    static <T> ShardRdd<T> stored(RDD<PackedRows> packed, ShardRuns runs, RowLayout layout, Element<T> element) {
        return new ShardRdd<>(
                packed.context(), List.of(), new StoredPartitions.OfBlockStore(packed), runs, layout, element);
    }

    private ShardRdd(
            SparkContext context,
            List<Dependency<?>> lineage,
            StoredPartitions stored,
            ShardRuns runs,
            RowLayout layout,
            Element<T> element) {
        super(context, sequence(lineage), ClassTag$.MODULE$.apply(Object.class));
        this.stored = stored;
        this.runs = runs;
        this.layout = layout;
        this.element = element;
    }

    private static <T> Seq<T> sequence(List<T> list) {
        return CollectionConverters.asScala(list).toSeq();
    }

    @Override
    public Partition[] getPartitions() {
        Partition[] partitions = new Partition[runs.tasks()];
        for (int task = 0; task < partitions.length; task++) {
            partitions[task] = new Run(task, stored.parents(runs.partitions(task)));
        }
        return partitions;
    }

    @Override
    public Iterator<T> compute(Partition split, TaskContext context) {
        Run run = (Run) split;
        T task = element.of(new StoredShards(stored, runs, layout, run.index, run.parents, context));
        return CollectionConverters.asScala(List.of(task).iterator());
    }

    /** A task's run, with what it needs to rebuild the stored partitions. */
    private static final class Run implements Partition {
        private static final long serialVersionUID = 1L;

        private final int index;
        private final Map<Integer, Partition> parents;

        Run(int index, Map<Integer, Partition> parents) {
            this.index = index;
            this.parents = parents;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public int hashCode() {
            return index;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Run that && that.index == index;
        }
    }

    /** Which stored partitions a task reads; tells Spark where it had best run. */
    private static final class Overlap extends NarrowDependency<PackedRows> {
        private static final long serialVersionUID = 1L;

        private final ShardRuns runs;

        Overlap(RDD<PackedRows> packed, ShardRuns runs) {
            super(packed);
            this.runs = runs;
        }

        @Override
        public Seq<Object> getParents(int task) {
            return sequence(new ArrayList<>(runs.partitions(task)));
        }
    }
}
