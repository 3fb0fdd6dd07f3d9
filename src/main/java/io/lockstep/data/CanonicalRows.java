package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.error.LockstepException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;
import scala.reflect.ClassTag$;

/**
 * The encoded rows of a table, by role and in canonical order: ascending by the seeded 64-bit hash of the key, ties by
 * the example itself. The order, and with it all that is computed in it, depends on the rows alone: not on the files they
 * came in, nor on partitions. One shuffle; the packed rows stay in Spark's block store.
 */
final class CanonicalRows implements AutoCloseable {
    private final JavaRDD<PackedRows> packed;
    private final Ranges ranges;
    private final RowLayout layout;
    private final List<PartitionSum> partitions;

    private CanonicalRows(JavaRDD<PackedRows> packed, Ranges ranges, RowLayout layout, List<PartitionSum> partitions) {
        this.packed = packed;
        this.ranges = ranges;
        this.layout = layout;
        this.partitions = partitions;
    }

    /**
     * Encodes, orders and stores rows.
     *
     * @param ranges decide the partitions, not the result
     */
    static CanonicalRows of(
            JavaRDD<InternalRow> rows,
            KeyHash key,
            Splitter splitter,
            ExampleEncoder features,
            TargetEncoder target,
            long seed,
            Ranges ranges) {
        RowLayout layout = target.layout(features.width(), features.storage());
        RowChunks chunks = new RowChunks(key, splitter, features, target, seed, ranges);
        return Jobs.named(rows.context(), "sort rows into their order", () -> sorted(rows, chunks, layout, ranges));
    }

    private static CanonicalRows sorted(JavaRDD<InternalRow> rows, RowChunks chunks, RowLayout layout, Ranges ranges) {
        // On disk, where the page cache holds what fits: blocks in memory would take the heap that tasks need, and as
        // large arrays fill it with holes. They are read once or twice.
        CheckedSorter sorter = new CheckedSorter(layout);
        JavaRDD<PackedRows> packed = shuffled(rows.mapPartitionsToPair(chunks), ranges.total())
                .mapPartitionsWithIndex(sorter, false)
                .persist(StorageLevel.DISK_ONLY());
        try {
            List<PartitionSum> partitions =
                    packed.mapPartitions(new Measure(layout)).collect();
            sorter.expect(partitions);
            // they are as large as the rows; where sorted rows are lost Spark makes them anew
            packed.rdd().cleanShuffleDependencies(false);
            return new CanonicalRows(packed, ranges, layout, partitions);
        } catch (Exception e) {
            // Spark keeps what a failed job had stored until it is told
            packed.unpersist(false);
            throw e;
        }
    }

    private static JavaRDD<Tuple2<Integer, byte[]>> shuffled(JavaPairRDD<Integer, byte[]> chunks, int partitions) {
        return new ShuffledRDD<Integer, byte[], byte[]>(
                        chunks.rdd(),
                        new Identity(partitions),
                        ClassTag$.MODULE$.apply(Integer.class),
                        ClassTag$.MODULE$.apply(byte[].class),
                        ClassTag$.MODULE$.apply(byte[].class))
                .setSerializer(new ChunkSerializer())
                .toJavaRDD();
    }

    /** Has Spark make anew what it has lost, which it does where a partition is asked for. */
    private void restore() {
        try {
            Jobs.named(packed.context(), "read lost rows again", () -> packed.foreachPartition(new Ask()));
        } catch (Exception e) {
            Optional<LockstepException> fault = Faults.of(e);
            if (fault.isPresent()) {
                throw fault.get();
            }
            throw e;
        }
    }

    /** Asks for a partition, and takes nothing of it. */
    private static final class Ask implements VoidFunction<Iterator<PackedRows>> {
        private static final long serialVersionUID = 1L;

        @Override
        public void call(Iterator<PackedRows> blocks) {
            // Spark has it before this is called
        }
    }

    /** Looks at what a partition holds. */
    private record Measure(RowLayout layout) implements FlatMapFunction<Iterator<PackedRows>, PartitionSum> {
        @Override
        public Iterator<PartitionSum> call(Iterator<PackedRows> blocks) {
            PartitionSum sum = PartitionSum.NOTHING;
            while (blocks.hasNext()) {
                sum = sum.plus(blocks.next(), layout);
            }
            return List.of(sum).iterator();
        }
    }

    /** How many bytes the examples of {@code role} take up. */
    long bytes(DataRole role) {
        return partitions(role).stream().mapToLong(PartitionSum::bytes).sum();
    }

    /** How many examples have {@code role}. */
    long count(DataRole role) {
        return partitions(role).stream().mapToLong(PartitionSum::rows).sum();
    }

    /** A number that changes with any example of {@code role}, and not with their order. */
    long fingerprint(DataRole role) {
        return partitions(role).stream().mapToLong(PartitionSum::fingerprint).sum();
    }

    /** A number that changes with any example of {@code role} and with their order: Σ rank·h mod 2⁶⁴. */
    long orderFingerprint(DataRole role) {
        long start = 0;
        long sum = 0;
        for (PartitionSum partition : partitions(role)) {
            sum += start * partition.fingerprint() + partition.ranked();
            start += partition.rows();
        }
        return sum;
    }

    /**
     * The examples of {@code role}, cut into {@code shards}.
     *
     * @throws DataException if there are none
     */
    ShardedSet shards(DataRole role, int shards) {
        List<PartitionSum> ofRole = partitions(role);
        if (count(role) == 0) {
            throw new DataException("no rows for " + role.configName() + ".");
        }
        List<Long> starts = new ArrayList<>();
        long start = 0;
        for (PartitionSum partition : ofRole) {
            starts.add(start);
            start += partition.rows();
        }
        starts.add(start);
        return new ShardedSet(
                packed, new PartitionRanks(ranges.first(role), starts), layout, bytes(role), shards, this::restore);
    }

    private List<PartitionSum> partitions(DataRole role) {
        return partitions.subList(ranges.first(role), ranges.first(role) + ranges.of(role));
    }

    @Override
    public void close() {
        packed.unpersist(false);
    }

    /** The key is the partition. */
    private static final class Identity extends Partitioner {
        private static final long serialVersionUID = 1L;

        private final int partitions;

        Identity(int partitions) {
            this.partitions = partitions;
        }

        @Override
        public int numPartitions() {
            return partitions;
        }

        @Override
        public int getPartition(Object key) {
            return (Integer) key;
        }
    }
}
