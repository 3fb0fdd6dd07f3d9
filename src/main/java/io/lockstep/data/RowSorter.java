package io.lockstep.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/**
 * The reduce side of putting rows in canonical order: sorts a partition by place, ties by the encoded example itself, and
 * packs it.
 */
final class RowSorter implements FlatMapFunction<Iterator<Tuple2<Integer, byte[]>>, PackedRows>, Serializable {
    private static final long serialVersionUID = 1L;

    private static final int BLOCK_BYTES = 4 << 20;
    /** Bits of a sort key that hold the row's number; the others hold the top of its place. */
    private static final int ROW_BITS = 28;

    private final RowLayout layout;

    /** A sorter of examples of {@code layout}. */
    RowSorter(RowLayout layout) {
        this.layout = layout;
    }

    @Override
    public Iterator<PackedRows> call(Iterator<Tuple2<Integer, byte[]>> chunks) {
        Rows rows = new Rows(chunks, layout);
        int[] order = rows.order();
        // one after the other as they are stored: with all at once the rows would be in memory twice
        return new Iterator<>() {
            private int from;

            @Override
            public boolean hasNext() {
                return from < order.length;
            }

            @Override
            public PackedRows next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int to = rows.blockEnd(order, from, BLOCK_BYTES);
                PackedRows block = rows.pack(order, from, to);
                from = to;
                return block;
            }
        };
    }

    /** The rows of a partition where the shuffle left them. */
    private static final class Rows {
        private final RowLayout layout;
        private final ByteBuffer[] chunks;
        /** The number of the first row of each chunk. */
        private final int[] firsts;

        private final int[] chunkOf;
        /** Where each sparse row begins in its chunk: only those of dense rows can be worked out. */
        private final int[] offsets;

        Rows(Iterator<Tuple2<Integer, byte[]>> incoming, RowLayout layout) {
            this.layout = layout;
            long count = 0;
            List<ByteBuffer> taken = new ArrayList<>();
            IntStream.Builder starts = IntStream.builder();
            IntStream.Builder begins = IntStream.builder();
            while (incoming.hasNext()) {
                ByteBuffer chunk = ByteBuffer.wrap(incoming.next()._2()).order(ByteOrder.LITTLE_ENDIAN);
                taken.add(chunk);
                starts.add((int) count);
                if (layout.isSparse()) {
                    for (int at = 0; at < chunk.capacity(); at += rowBytes(chunk, at)) {
                        begins.add(at);
                        count++;
                    }
                } else {
                    count += chunk.capacity() / rowBytes(chunk, 0);
                }
                if (count >= 1L << ROW_BITS) {
                    throw new IllegalStateException("more than " + (1L << ROW_BITS) + " rows in one partition");
                }
            }
            this.chunks = taken.toArray(ByteBuffer[]::new);
            this.firsts = starts.build().toArray();
            this.offsets = begins.build().toArray();
            this.chunkOf = new int[(int) count];
            for (int c = 0; c < chunks.length; c++) {
                int end = c + 1 < chunks.length ? firsts[c + 1] : chunkOf.length;
                Arrays.fill(chunkOf, firsts[c], end, c);
            }
        }

        /** Of the place and the example at {@code offset}. */
        private int rowBytes(ByteBuffer chunk, int offset) {
            return Long.BYTES + layout.bytes(chunk, offset + Long.BYTES);
        }

        private int offset(int row) {
            return layout.isSparse()
                    ? offsets[row]
                    : (row - firsts[chunkOf[row]]) * (Long.BYTES + layout.stride() * Float.BYTES);
        }

        private long place(int row) {
            return chunks[chunkOf[row]].getLong(offset(row));
        }

        /** The rows' numbers in canonical order. */
        int[] order() {
            // Sorting longs that carry the row's number in their low bits is many times faster than sorting row numbers
            // with a comparator; rows whose places agree in the bits that were kept are few, and are put right below.
            long[] keys = new long[chunkOf.length];
            long rowMask = (1L << ROW_BITS) - 1;
            for (int row = 0; row < keys.length; row++) {
                long unsignedOrder = place(row) ^ Long.MIN_VALUE;
                keys[row] = (unsignedOrder & ~rowMask) | row;
            }
            Arrays.sort(keys);
            int[] order = new int[keys.length];
            for (int from = 0; from < keys.length; ) {
                int to = from + 1;
                while (to < keys.length && keys[to] >> ROW_BITS == keys[from] >> ROW_BITS) {
                    to++;
                }
                for (int i = from; i < to; i++) {
                    order[i] = (int) (keys[i] & rowMask);
                }
                if (to - from > 1) {
                    int[] sorted = Arrays.stream(order, from, to)
                            .boxed()
                            .sorted(this::compare)
                            .mapToInt(Integer::intValue)
                            .toArray();
                    System.arraycopy(sorted, 0, order, from, sorted.length);
                }
                from = to;
            }
            return order;
        }

        private int compare(int left, int right) {
            int byPlace = Long.compareUnsigned(place(left), place(right));
            return byPlace != 0 ? byPlace : example(left).compareTo(example(right));
        }

        private ByteBuffer example(int row) {
            return chunks[chunkOf[row]].slice(offset(row) + Long.BYTES, bytes(row));
        }

        private int bytes(int row) {
            return layout.bytes(chunks[chunkOf[row]], offset(row) + Long.BYTES);
        }

        /** Behind the last row of a block that begins with {@code from}: it has at most {@code most} bytes, or one row. */
        int blockEnd(int[] order, int from, int most) {
            int to = from;
            long size = 0;
            while (to < order.length && (to == from || size + bytes(order[to]) <= most)) {
                size += bytes(order[to++]);
            }
            return to;
        }

        PackedRows pack(int[] order, int from, int to) {
            int size = 0;
            for (int i = from; i < to; i++) {
                size = Math.addExact(size, bytes(order[i]));
            }
            byte[] data = new byte[size];
            int at = 0;
            for (int i = from; i < to; i++) {
                int row = order[i];
                int bytes = bytes(row);
                chunks[chunkOf[row]].get(offset(row) + Long.BYTES, data, at, bytes);
                at += bytes;
            }
            return new PackedRows(to - from, data);
        }
    }
}
