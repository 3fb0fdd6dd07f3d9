package io.lockstep.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.Tuple2;

/**
 * The map side of putting rows in canonical order: encodes each row and deals it, by its role and its place in the order,
 * to a partition. Rows travel in chunks of raw bytes, so that the shuffle handles few objects.
 */
final class RowChunks implements PairFlatMapFunction<Iterator<InternalRow>, Integer, byte[]>, Serializable {
    private static final long serialVersionUID = 1L;

    private static final int FIRST_CHUNK_BYTES = 4 * 1024;
    private static final int CHUNK_BYTES = 256 * 1024;
    /** What all open chunks of a task may take together; with many partitions they are smaller. */
    private static final int OPEN_BYTES = 16 << 20;

    private final KeyHash key;
    private final Splitter splitter;
    private final ExampleEncoder features;
    private final TargetEncoder target;
    private final RowLayout layout;
    private final long seed;
    private final Ranges ranges;

    /** Deals the rows of each role to {@code ranges}. */
    RowChunks(KeyHash key, Splitter splitter, ExampleEncoder features, TargetEncoder target, long seed, Ranges ranges) {
        this.key = key;
        this.splitter = splitter;
        this.features = features;
        this.target = target;
        this.layout = target.layout(features.width(), features.storage());
        this.seed = seed;
        this.ranges = ranges;
    }

    /** The place of an example in the canonical order, as an unsigned number: seeded, and one-to-one in the key hash. */
    static long place(long keyHash, long seed) {
        long z = keyHash + seed * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Which of {@code ranges} equal ranges of places {@code place} is in. */
    static int range(long place, int ranges) {
        // ⌊place·ranges / 2⁶⁴⌋ with place unsigned
        return (int) (Math.multiplyHigh(place, (long) ranges) + (place < 0 ? ranges : 0));
    }

    @Override
    public Iterator<Tuple2<Integer, byte[]>> call(Iterator<InternalRow> rows) {
        return new Chunks(rows);
    }

    /** Rows in, full chunks out, and at the end the chunks that are not full. */
    private final class Chunks implements Iterator<Tuple2<Integer, byte[]>> {
        private final Iterator<InternalRow> rows;
        private final ByteBuffer[] open = new ByteBuffer[ranges.total()];
        private final int chunkBytes = Math.max(FIRST_CHUNK_BYTES, Math.min(CHUNK_BYTES, OPEN_BYTES / ranges.total()));
        private final EncodedRow encoded = layout.isSparse() ? new SparseRow() : new DenseRow();
        private final int[] firsts =
                Stream.of(DataRole.values()).mapToInt(ranges::first).toArray();
        private final int[] counts =
                Stream.of(DataRole.values()).mapToInt(ranges::of).toArray();
        private int flushed;
        private Tuple2<Integer, byte[]> next;

        Chunks(Iterator<InternalRow> rows) {
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            while (next == null && rows.hasNext()) {
                next = add(rows.next());
            }
            while (next == null && flushed < open.length) {
                next = take(flushed++);
            }
            return next != null;
        }

        @Override
        public Tuple2<Integer, byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Tuple2<Integer, byte[]> taken = next;
            next = null;
            return taken;
        }

        /** Encodes a row; the chunk that it fills, or null. */
        private Tuple2<Integer, byte[]> add(InternalRow row) {
            long hash = key.hash(row);
            long place = place(hash, seed);
            DataRole role = splitter.role(hash);
            int partition = firsts[role.index()] + range(place, counts[role.index()]);
            int rowBytes = Long.BYTES + encoded.encode(row);
            ByteBuffer chunk = open[partition];
            if (chunk == null) {
                chunk = allocate(Math.max(rowBytes, FIRST_CHUNK_BYTES));
            } else if (chunk.remaining() < rowBytes) {
                chunk = allocate(Math.max(2 * chunk.capacity(), chunk.position() + rowBytes))
                        .put(chunk.flip());
            }
            open[partition] = chunk;
            chunk.putLong(place);
            encoded.write(chunk);
            return chunk.position() + rowBytes > chunkBytes ? take(partition) : null;
        }

        private Tuple2<Integer, byte[]> take(int partition) {
            ByteBuffer chunk = open[partition];
            if (chunk == null) {
                return null;
            }
            open[partition] = null;
            byte[] filled = new byte[chunk.flip().remaining()];
            chunk.get(filled);
            return new Tuple2<>(partition, filled);
        }

        private ByteBuffer allocate(int bytes) {
            return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** The example that was encoded last. */
    private interface EncodedRow {
        /** Encodes a row; returns its bytes. */
        int encode(InternalRow row);

        void write(ByteBuffer chunk);
    }

    private final class DenseRow implements EncodedRow {
        private final float[] example = new float[layout.stride()];

        @Override
        public int encode(InternalRow row) {
            features.encode(row, example, 0);
            target.encode(row, example, features.width());
            return example.length * Float.BYTES;
        }

        @Override
        public void write(ByteBuffer chunk) {
            chunk.asFloatBuffer().put(example);
            chunk.position(chunk.position() + example.length * Float.BYTES);
        }
    }

    private final class SparseRow implements EncodedRow {
        private final SparseRows example = new SparseRows(layout);

        @Override
        public int encode(InternalRow row) {
            example.clear();
            features.encode(row, example);
            example.endRow();
            target.encode(row, example.tails(), example.tailStart());
            return example.bytes(0);
        }

        @Override
        public void write(ByteBuffer chunk) {
            example.write(0, chunk);
        }
    }
}
