package io.lockstep.data;

import io.lockstep.math.Runs;
import io.lockstep.model.Normalization;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.executor.DataReadMethod;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.RDDBlockId;
import scala.Option;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * Runs of shards over the stored partitions of a {@link CanonicalRows}. A shard is a run of ranks, so it lies in a few
 * neighbouring partitions, and no second shuffle is needed to make it.
 */
final class ShardRdd extends RDD<ShardTask> {
    private static final long serialVersionUID = 1L;

    /** Examples that are normalized in one go. */
    private static final int SPARSE_BLOCK_ROWS = 256;

    /** How the examples are cut. */
    record Layout(String id, long examples, int shards, RowLayout row) implements Serializable {
        int stride() {
            return row.stride();
        }
    }

    private final StoredPartitions stored;
    private final int firstPartition;
    private final List<Long> starts;
    private final Layout layout;
    private final int tasks;
    /** Null for examples as they are. */
    private final Broadcast<ShardedSet.Preparation> preparation;

    /** Runs of shards that Spark can rebuild, from the files on if it must. */
    static ShardRdd rebuildable(
            RDD<PackedRows> packed,
            int firstPartition,
            List<Long> starts,
            Layout layout,
            int tasks,
            Broadcast<ShardedSet.Preparation> preparation) {
        List<Dependency<?>> lineage = List.of(new Overlap(packed, firstPartition, starts, layout, tasks));
        StoredPartitions stored = new OfLineage(packed);
        return new ShardRdd(packed.context(), stored, lineage, firstPartition, starts, layout, tasks, preparation);
    }

    /**
     * Runs of shards that are taken from Spark's block store alone. A barrier stage may not hold an RDD of another number
     * of partitions, so this one names no parents; and a step's job ships less without them.
     */
    static ShardRdd stored(
            RDD<PackedRows> packed,
            int firstPartition,
            List<Long> starts,
            Layout layout,
            int tasks,
            Broadcast<ShardedSet.Preparation> preparation) {
        StoredPartitions stored = new OfBlockStore(packed.id());
        return new ShardRdd(packed.context(), stored, List.of(), firstPartition, starts, layout, tasks, preparation);
    }

    private ShardRdd(
            SparkContext context,
            StoredPartitions stored,
            List<Dependency<?>> lineage,
            int firstPartition,
            List<Long> starts,
            Layout layout,
            int tasks,
            Broadcast<ShardedSet.Preparation> preparation) {
        super(context, sequence(lineage), ClassTag$.MODULE$.apply(ShardTask.class));
        this.stored = stored;
        this.firstPartition = firstPartition;
        this.starts = starts;
        this.layout = layout;
        this.tasks = tasks;
        this.preparation = preparation;
    }

    private static <T> Seq<T> sequence(List<T> list) {
        return CollectionConverters.asScala(list).toSeq();
    }

    /** The shards of task {@code task}. */
    private static List<ShardRange> shards(Layout layout, int task, int tasks) {
        List<ShardRange> ranges = new ArrayList<>();
        for (int shard = Runs.start(layout.shards, task, tasks);
                shard < Runs.start(layout.shards, task + 1, tasks);
                shard++) {
            ranges.add(ShardRange.of(shard, layout.shards, layout.examples));
        }
        return ranges;
    }

    /** The stored partitions that hold ranks [from, to). */
    private static List<Integer> overlapping(List<Long> starts, int firstPartition, long from, long to) {
        List<Integer> partitions = new ArrayList<>();
        for (int i = 0; i + 1 < starts.size(); i++) {
            if (starts.get(i) < to && starts.get(i + 1) > from) {
                partitions.add(firstPartition + i);
            }
        }
        return partitions;
    }

    /** The stored partitions that hold a task's shards. */
    private static List<Integer> overlapping(List<Long> starts, int firstPartition, List<ShardRange> shards) {
        return shards.isEmpty()
                ? List.of()
                : overlapping(
                        starts,
                        firstPartition,
                        shards.get(0).start(),
                        shards.get(shards.size() - 1).end());
    }

    @Override
    public Partition[] getPartitions() {
        Partition[] partitions = new Partition[tasks];
        for (int i = 0; i < tasks; i++) {
            List<ShardRange> shards = shards(layout, i, tasks);
            partitions[i] = new Run(i, shards, stored.parents(overlapping(starts, firstPartition, shards)));
        }
        return partitions;
    }

    /** Where stored rows are read from. */
    private interface StoredPartitions extends Serializable {
        /** What a task must be sent to read these partitions; all of them in each task would be a message of thousands. */
        Map<Integer, Partition> parents(List<Integer> partitions);

        /** The rows of a partition. */
        StoredRows rows(int partition, Run run, TaskContext context);

        /** Another task's run, for this one. */
        Run run(int task, List<ShardRange> shards);
    }

    /** The rows with their lineage: Spark rebuilds what it lost. */
    private static final class OfLineage implements StoredPartitions {
        private static final long serialVersionUID = 1L;

        private final RDD<PackedRows> packed;

        OfLineage(RDD<PackedRows> packed) {
            this.packed = packed;
        }

        @Override
        public Map<Integer, Partition> parents(List<Integer> partitions) {
            Map<Integer, Partition> parents = new HashMap<>();
            for (int partition : partitions) {
                parents.put(partition, packed.partitions()[partition]);
            }
            return parents;
        }

        @Override
        public StoredRows rows(int partition, Run run, TaskContext context) {
            // such a task is short, and its end gives the block free
            return new StoredRows(packed.iterator(run.stored.get(partition), context), () -> {});
        }

        @Override
        public Run run(int task, List<ShardRange> shards) {
            throw new IllegalStateException("a task that is rebuilt from its lineage has no other's partitions");
        }
    }

    /** The rows as Spark's block store has them. */
    private static final class OfBlockStore implements StoredPartitions {
        private static final long serialVersionUID = 1L;

        private final int packedId;

        OfBlockStore(int packedId) {
            this.packedId = packedId;
        }

        @Override
        public Map<Integer, Partition> parents(List<Integer> partitions) {
            return Map.of();
        }

        @Override
        public StoredRows rows(int partition, Run run, TaskContext context) {
            BlockManager blocks = SparkEnv.get().blockManager();
            RDDBlockId id = new RDDBlockId(packedId, partition);
            Option<BlockResult> block = blocks.get(id, ClassTag$.MODULE$.apply(PackedRows.class));
            if (block.isEmpty()) {
                throw new IllegalStateException("Spark has lost the stored rows of partition " + partition);
            }
            // only a block of this executor is locked, until it is read to its end or given free: a task of a barrier
            // stage would keep it in memory for an epoch
            boolean locked = !block.get().readMethod().equals(DataReadMethod.Network());
            return new StoredRows(block.get().data().map(new Cast()), () -> {
                if (locked) {
                    blocks.releaseLock(id, Option.apply(context));
                }
            });
        }

        @Override
        public Run run(int task, List<ShardRange> shards) {
            return new Run(task, shards, Map.of());
        }
    }

    @Override
    public Iterator<ShardTask> compute(Partition split, TaskContext context) {
        ShardTask task = new Task((Run) split, context);
        return CollectionConverters.asScala(List.of(task).iterator());
    }

    /** A task's shards, and the stored partitions, by number, to rebuild them from. */
    private static final class Run implements Partition {
        private static final long serialVersionUID = 1L;

        private final int index;
        private final List<ShardRange> shards;
        private final Map<Integer, Partition> stored;

        Run(int index, List<ShardRange> shards, Map<Integer, Partition> stored) {
            this.index = index;
            this.shards = shards;
            this.stored = stored;
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

        private final int firstPartition;
        private final List<Long> starts;
        private final Layout layout;
        private final int tasks;

        Overlap(RDD<PackedRows> packed, int firstPartition, List<Long> starts, Layout layout, int tasks) {
            super(packed);
            this.firstPartition = firstPartition;
            this.starts = starts;
            this.layout = layout;
            this.tasks = tasks;
        }

        @Override
        public Seq<Object> getParents(int partition) {
            List<Object> parents =
                    new ArrayList<>(overlapping(starts, firstPartition, shards(layout, partition, tasks)));
            return sequence(parents);
        }
    }

    /** What a task is handed. */
    private final class Task implements ShardTask {
        private final Run run;
        private final TaskContext context;

        Task(Run run, TaskContext context) {
            this.run = run;
            this.context = context;
        }

        @Override
        public List<ShardRange> shards() {
            return run.shards;
        }

        @Override
        public ShardTask run(int task) {
            return new Task(stored.run(task, ShardRdd.shards(layout, task, tasks)), context);
        }

        @Override
        public Shard shard(ShardRange range) {
            return ShardStore.shard(layout.id, range.shard(), () -> map(range));
        }

        @Override
        public void forEachBlock(int rows, BlockConsumer consumer) {
            for (ShardRange range : run.shards) {
                blocks(range, rows, consumer);
            }
        }

        @Override
        public void forEachSparseBlock(int rows, SparseBlockConsumer consumer) {
            for (ShardRange range : run.shards) {
                sparseBlocks(range, rows, consumer);
            }
        }

        /** Hands the shard's examples to {@code consumer}, block by block, whatever pieces they are stored in. */
        private void blocks(ShardRange range, int rows, BlockConsumer consumer) {
            DenseBlocks blocks = new DenseBlocks(range, rows, layout.stride(), consumer);
            walk(range, blocks::add);
            blocks.end();
        }

        private void sparseBlocks(ShardRange range, int rows, SparseBlockConsumer consumer) {
            SparseBlocks blocks = new SparseBlocks(range, rows, layout.row, consumer);
            walk(range, blocks::add);
            blocks.end();
        }

        /** Hands on the stored pieces of the shard, in order. */
        private void walk(ShardRange range, Piece piece) {
            for (int partition : overlapping(starts, firstPartition, range.start(), range.end())) {
                long rank = starts.get(partition - firstPartition);
                StoredRows read = stored.rows(partition, run, context);
                Iterator<PackedRows> rowsLeft = read.rows();
                while (rank < range.end() && rowsLeft.hasNext()) {
                    PackedRows packedRows = rowsLeft.next();
                    long from = Math.max(range.start(), rank);
                    long to = Math.min(range.end(), rank + packedRows.rows());
                    if (from < to) {
                        piece.take(packedRows, (int) (from - rank), (int) (to - from));
                    }
                    rank += packedRows.rows();
                }
                if (rank >= range.end()) {
                    read.leave().run();
                }
            }
        }

        private Shard map(ShardRange range) {
            // each disk gets its part
            File[] directories =
                    SparkEnv.get().blockManager().diskBlockManager().localDirs();
            Path directory = directories[range.shard() % directories.length].toPath();
            try {
                return layout.row.isSparse() ? mapSparse(range, directory) : mapDense(range, directory);
            } catch (IOException e) {
                throw new UncheckedIOException("shard " + range.shard() + " cannot be written to " + directory, e);
            }
        }

        private Shard mapDense(ShardRange range, Path directory) throws IOException {
            try (Shard.Writer writer = new Shard.Writer(directory, layout.row)) {
                Preparer preparer = preparer();
                blocks(range, Preparer.blockRows(layout.stride()), (shard, block, examples, rows) -> {
                    preparer.prepare(examples, rows);
                    try {
                        writer.write(examples, rows);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                return writer.map();
            }
        }

        private Shard mapSparse(ShardRange range, Path directory) throws IOException {
            try (SparseRowFile.Writer writer = new SparseRowFile.Writer(directory, layout.row)) {
                Preparer preparer = preparer();
                SparseNormalizer normalizer = new SparseNormalizer(preparer.normalization(), preparer.fills());
                SparseRows normalized = new SparseRows(layout.row);
                sparseBlocks(range, SPARSE_BLOCK_ROWS, (shard, block, examples) -> {
                    normalized.normalize(examples, normalizer);
                    preparer.prepareTails(normalized);
                    try {
                        writer.write(normalized);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                return new Shard(writer.map(), writer.rows(), layout.row, normalizer.shift());
            }
        }

        private Preparer preparer() {
            return preparation == null ? Preparer.none(layout.row) : Preparer.of(preparation.value(), layout.row);
        }
    }

    /** Takes {@code count} examples of what a partition holds. */
    @FunctionalInterface
    private interface Piece {
        void take(PackedRows stored, int from, int count);
    }

    /** Makes blocks of pieces. */
    private static final class DenseBlocks {
        private final ShardRange range;
        private final int rows;
        private final int stride;
        private final ShardTask.BlockConsumer consumer;
        private final float[] block;
        private int filled;
        private int number;

        DenseBlocks(ShardRange range, int rows, int stride, ShardTask.BlockConsumer consumer) {
            this.range = range;
            this.rows = rows;
            this.stride = stride;
            this.consumer = consumer;
            this.block = new float[Math.multiplyExact(Math.min(rows, Math.max(1, range.rows())), stride)];
        }

        void add(PackedRows stored, int first, int examples) {
            int left = examples;
            for (int from = first; left > 0; ) {
                int count = Math.min(left, rows - filled);
                stored.copy(stride, from, count, block, filled * stride);
                filled += count;
                from += count;
                left -= count;
                if (filled == rows) {
                    end();
                }
            }
        }

        void end() {
            if (filled > 0) {
                consumer.accept(range, number++, block, filled);
                filled = 0;
            }
        }
    }

    /** Makes blocks of pieces of a sparse set. */
    private static final class SparseBlocks {
        private final ShardRange range;
        private final int rows;
        private final RowLayout layout;
        private final ShardTask.SparseBlockConsumer consumer;
        private final SparseRows block;
        private int number;

        SparseBlocks(ShardRange range, int rows, RowLayout layout, ShardTask.SparseBlockConsumer consumer) {
            this.range = range;
            this.rows = rows;
            this.layout = layout;
            this.consumer = consumer;
            this.block = new SparseRows(layout);
        }

        void add(PackedRows stored, int first, int examples) {
            ByteBuffer bytes = stored.bytes();
            int at = 0;
            for (int i = 0; i < first + examples; i++) {
                if (i >= first) {
                    block.read(bytes, at);
                    if (block.rows() == rows) {
                        end();
                    }
                }
                at += layout.bytes(bytes, at);
            }
        }

        void end() {
            if (block.rows() > 0) {
                consumer.accept(range, number++, block);
                block.clear();
            }
        }
    }

    /** The rows of a partition; {@code leave} ends reading them before their end. */
    private record StoredRows(Iterator<PackedRows> rows, Runnable leave) {}

    /** The block store does not know what it holds. */
    private static final class Cast extends AbstractFunction1<Object, PackedRows> {
        @Override
        public PackedRows apply(Object rows) {
            return (PackedRows) rows;
        }
    }

    /** Normalizes examples in place. */
    private static final class Preparer {
        private static final int BLOCK_BYTES = 1 << 20;

        private final ShardedSet.Preparation preparation;
        private final Normalizer normalizer;
        private final RowLayout layout;

        private Preparer(
                ShardedSet.Preparation preparation, Normalization normalization, List<Double> fills, RowLayout layout) {
            this.preparation = preparation;
            this.normalizer = new Normalizer(normalization, fills);
            this.layout = layout;
        }

        static Preparer none(RowLayout layout) {
            return new Preparer(null, Normalization.identity(0), List.of(), layout);
        }

        Normalization normalization() {
            return preparation == null ? Normalization.identity(layout.features()) : preparation.normalization();
        }

        List<Double> fills() {
            return preparation == null ? List.of() : preparation.fills();
        }

        static Preparer of(ShardedSet.Preparation preparation, RowLayout layout) {
            return new Preparer(preparation, preparation.normalization(), preparation.fills(), layout);
        }

        static int blockRows(int stride) {
            return Math.max(1, BLOCK_BYTES / (stride * Float.BYTES));
        }

        void prepare(float[] examples, int rows) {
            if (preparation == null) {
                return;
            }
            for (int j = 0; j < rows; j++) {
                int start = j * layout.stride();
                normalizer.normalize(examples, start);
                int targets = start + layout.features();
                if (layout.isWeighted()) {
                    int weight = targets + layout.targets();
                    examples[weight] = preparation.weights().of(examples[weight], examples[targets]);
                }
                for (int t = 0; t < layout.targets(); t++) {
                    examples[targets + t] = (float) preparation.target().transform(t, examples[targets + t]);
                }
            }
        }

        /** What stands behind the features of sparse examples. */
        void prepareTails(SparseRows examples) {
            for (int j = 0; preparation != null && j < examples.rows(); j++) {
                if (layout.isWeighted()) {
                    int weight = layout.targets();
                    examples.setTail(
                            j, weight, preparation.weights().of(examples.tail(j, weight), examples.tail(j, 0)));
                }
                for (int t = 0; t < layout.targets(); t++) {
                    examples.setTail(j, t, (float) preparation.target().transform(t, examples.tail(j, t)));
                }
            }
        }
    }
}
