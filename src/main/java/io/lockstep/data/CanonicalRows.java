package io.lockstep.data;

import io.lockstep.error.DataException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.unsafe.Platform;
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
    private final List<Partition> partitions;

    private CanonicalRows(JavaRDD<PackedRows> packed, Ranges ranges, RowLayout layout, List<Partition> partitions) {
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
        JavaRDD<PackedRows> packed = shuffled(rows.mapPartitionsToPair(chunks), ranges.total())
                .mapPartitions(new RowSorter(layout))
                .persist(StorageLevel.DISK_ONLY());
        try {
            List<Partition> partitions =
                    packed.mapPartitions(new Measure(layout)).collect();
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

    /**
     * What is in a partition.
     *
     * @param fingerprint Σ h of the examples' hashes
     * @param ranked Σ i·h, i an example's number in the partition
     */
    private record Partition(long rows, long bytes, long fingerprint, long ranked) implements Serializable {}

    /** Lost rows come from the files once more, which may be others by then. */
    private static void requireSame(JavaRDD<PackedRows> packed, RowLayout layout, List<Partition> before) {
        List<Partition> now =
                Jobs.named(packed.context(), "read lost rows again", () -> packed.mapPartitions(new Measure(layout))
                        .collect());
        if (!now.equals(before)) {
            throw new DataException("rows that were lost with an executor were read again, and are not what they were:"
                    + " a file has changed since the training began. Start the training again on the data as they are"
                    + " now, and do not write to files while they are trained on.");
        }
    }

    /** Looks at what a partition holds. */
    private record Measure(RowLayout layout) implements FlatMapFunction<Iterator<PackedRows>, Partition> {
        @Override
        public Iterator<Partition> call(Iterator<PackedRows> blocks) {
            long rows = 0;
            long bytes = 0;
            long fingerprint = 0;
            long ranked = 0;
            while (blocks.hasNext()) {
                PackedRows block = blocks.next();
                bytes += block.data().length;
                ByteBuffer examples = block.bytes();
                for (int at = 0; at < block.data().length; ) {
                    int size = layout.bytes(examples, at);
                    long hash = XXH64.hashUnsafeBytes(block.data(), Platform.BYTE_ARRAY_OFFSET + (long) at, size, 0);
                    fingerprint += hash;
                    ranked += rows * hash;
                    rows++;
                    at += size;
                }
            }
            return List.of(new Partition(rows, bytes, fingerprint, ranked)).iterator();
        }
    }

    /** How many bytes the examples of {@code role} take up. */
    long bytes(DataRole role) {
        return partitions(role).stream().mapToLong(Partition::bytes).sum();
    }

    /** How many examples have {@code role}. */
    long count(DataRole role) {
        return partitions(role).stream().mapToLong(Partition::rows).sum();
    }

    /** A number that changes with any example of {@code role}, and not with their order. */
    long fingerprint(DataRole role) {
        return partitions(role).stream().mapToLong(Partition::fingerprint).sum();
    }

    /** A number that changes with any example of {@code role} and with their order: Σ rank·h mod 2⁶⁴. */
    long orderFingerprint(DataRole role) {
        long start = 0;
        long sum = 0;
        for (Partition partition : partitions(role)) {
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
        List<Partition> ofRole = partitions(role);
        if (count(role) == 0) {
            throw new DataException("no rows for " + role.configName() + ".");
        }
        List<Long> starts = new ArrayList<>();
        long start = 0;
        for (Partition partition : ofRole) {
            starts.add(start);
            start += partition.rows();
        }
        starts.add(start);
        return new ShardedSet(
                packed,
                new PartitionRanks(ranges.first(role), starts),
                layout,
                bytes(role),
                shards,
                () -> requireSame(packed, layout, partitions));
    }

    private List<Partition> partitions(DataRole role) {
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
