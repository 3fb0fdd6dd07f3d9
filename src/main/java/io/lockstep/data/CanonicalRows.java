package io.lockstep.data;

import io.lockstep.error.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.unsafe.Platform;

/**
 * The encoded rows of a table, by role and in canonical order: ascending by the seeded 64-bit hash of the key, ties by
 * the example itself. The order, and with it all that is computed in it, depends on the rows alone: not on the files they
 * came in, nor on partitions. One shuffle; the packed rows stay in Spark's block store.
 */
final class CanonicalRows implements AutoCloseable {
    private static final long PARTITION_BYTES = 32L << 20;
    private static final int MOST_PARTITIONS = 4096;

    private final JavaRDD<PackedRows> packed;
    private final int ranges;
    private final RowLayout layout;
    private final List<Partition> partitions;

    private CanonicalRows(JavaRDD<PackedRows> packed, int ranges, RowLayout layout, List<Partition> partitions) {
        this.packed = packed;
        this.ranges = ranges;
        this.layout = layout;
        this.partitions = partitions;
    }

    /**
     * Encodes, orders and stores rows.
     *
     * @param bytes how large the encoded rows are, roughly: decides the number of partitions, not the result
     */
    static CanonicalRows of(
            JavaRDD<InternalRow> rows,
            KeyHash key,
            Splitter splitter,
            ExampleEncoder features,
            TargetEncoder target,
            long seed,
            long bytes) {
        int ranges = (int) Math.max(1, Math.min(MOST_PARTITIONS, bytes / PARTITION_BYTES));
        RowLayout layout = target.layout(features.width());
        JavaPairRDD<Integer, byte[]> chunks = rows.mapPartitionsToPair(
                        new RowChunks(key, splitter, features, target, seed, ranges))
                .partitionBy(new Identity(DataRole.values().length * ranges));
        JavaRDD<PackedRows> packed =
                chunks.mapPartitions(new RowSorter(layout.stride())).persist(StorageLevel.MEMORY_AND_DISK_SER());
        try {
            List<Partition> partitions =
                    packed.mapPartitions(CanonicalRows::measure).collect();
            return new CanonicalRows(packed, ranges, layout, partitions);
        } catch (Exception e) {
            // Spark keeps what a failed job had stored until it is told
            packed.unpersist(false);
            throw e;
        }
    }

    /** What is in a partition; {@code fingerprint} is the sum of the examples' hashes. */
    private record Partition(long rows, long fingerprint) implements Serializable {}

    private static Iterator<Partition> measure(Iterator<PackedRows> blocks) {
        long rows = 0;
        long fingerprint = 0;
        while (blocks.hasNext()) {
            PackedRows block = blocks.next();
            rows += block.rows();
            int bytes = block.stride() * Float.BYTES;
            for (int i = 0; i < block.rows(); i++) {
                fingerprint +=
                        XXH64.hashUnsafeBytes(block.data(), Platform.BYTE_ARRAY_OFFSET + (long) i * bytes, bytes, 0);
            }
        }
        return List.of(new Partition(rows, fingerprint)).iterator();
    }

    /** How many examples have {@code role}. */
    long count(DataRole role) {
        return partitions(role).stream().mapToLong(Partition::rows).sum();
    }

    /** A number that changes with any example of {@code role}, and not with their order. */
    long fingerprint(DataRole role) {
        return partitions(role).stream().mapToLong(Partition::fingerprint).sum();
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
        return new ShardedSet(packed, role.index() * ranges, starts, layout, shards);
    }

    private List<Partition> partitions(DataRole role) {
        return partitions.subList(role.index() * ranges, (role.index() + 1) * ranges);
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
