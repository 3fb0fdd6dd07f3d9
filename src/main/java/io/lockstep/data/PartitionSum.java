package io.lockstep.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.unsafe.Platform;

/**
 * What is in a partition of the canonical order.
 *
 * @param fingerprint Σ h of the examples' hashes
 * @param ranked Σ i·h, i an example's number in the partition
 */
record PartitionSum(long rows, long bytes, long fingerprint, long ranked) implements Serializable {
    static final PartitionSum NOTHING = new PartitionSum(0, 0, 0, 0);

    /** With the examples of a block behind those that were counted. */
    PartitionSum plus(PackedRows block, RowLayout layout) {
        long number = rows;
        long sum = fingerprint;
        long weighted = ranked;
        ByteBuffer examples = block.bytes();
        for (int at = 0; at < block.data().length; ) {
            int size = layout.bytes(examples, at);
            long hash = XXH64.hashUnsafeBytes(block.data(), Platform.BYTE_ARRAY_OFFSET + (long) at, size, 0);
            sum += hash;
            weighted += number * hash;
            number++;
            at += size;
        }
        return new PartitionSum(number, bytes + block.data().length, sum, weighted);
    }
}
