package io.lockstep.data;

import io.lockstep.nn.SparseBatch;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sparse examples in two files: the examples as {@link RowLayout} has them, and where each begins. */
final class SparseRowFile implements RowFile {
    /** Bytes that one mapping may have; no example lies in two of them. */
    static final long SEGMENT_BYTES = 1L << 30;

    private final List<IntBuffer> counts = new ArrayList<>();
    private final List<FloatBuffer> floats = new ArrayList<>();
    private final List<MappedByteBuffer> segments;
    private final LongBuffer begins;
    private final long segmentWords;
    private final RowLayout layout;
    private final float[] shift;

    private SparseRowFile(
            List<MappedByteBuffer> segments, LongBuffer begins, long segmentWords, RowLayout layout, float[] shift) {
        this.segments = segments;
        for (MappedByteBuffer segment : segments) {
            counts.add(segment.asIntBuffer());
            floats.add(segment.asFloatBuffer());
        }
        this.begins = begins;
        this.segmentWords = segmentWords;
        this.layout = layout;
        this.shift = shift;
    }

    /** c of {@link SparseBatch} (n_x). */
    float[] shift() {
        return shift.clone();
    }

    /** A batch for these examples. */
    SparseBatch newBatch() {
        return new SparseBatch(shift);
    }

    @Override
    public int rows() {
        return begins.limit();
    }

    @Override
    public void copy(int row, float[] x, int xFrom, float[] y, int yFrom) {
        SparseBatch one = newBatch();
        copy(row, one, y, yFrom);
        one.expand(0, x, xFrom);
    }

    /** Adds the features of example {@code row} to {@code x}, and writes its targets to {@code y[yFrom..]}. */
    void copy(int row, SparseBatch x, float[] y, int yFrom) {
        long begin = begins.get(row);
        int segment = (int) (begin / segmentWords);
        int at = (int) (begin % segmentWords);
        IntBuffer words = counts.get(segment);
        FloatBuffer values = floats.get(segment);
        int count = words.get(at);
        x.addColumn(words, at + 1, values, at + 1 + count, count);
        values.get(at + 1 + 2 * count, y, yFrom, layout.targets());
    }

    @Override
    public void load(int from, int count) {
        long words = segmentWords;
        for (int row = from; row < from + count; ) {
            long begin = begins.get(row);
            int segment = (int) (begin / words);
            int next = row + 1;
            while (next < from + count && begins.get(next) / words == segment) {
                next++;
            }
            long end = next < begins.limit() && begins.get(next) / words == segment
                    ? begins.get(next) % words * Float.BYTES
                    : segments.get(segment).capacity();
            int start = (int) (begin % words * Float.BYTES);
            segments.get(segment).slice(start, (int) end - start).load();
            row = next;
        }
    }

    @Override
    public float tail(int row, int i) {
        long begin = begins.get(row);
        int segment = (int) (begin / segmentWords);
        int at = (int) (begin % segmentWords);
        return floats.get(segment).get(at + 1 + 2 * counts.get(segment).get(at) + i);
    }

    /** Writes examples, one block after the other, and maps them. */
    static final class Writer implements AutoCloseable {
        private static final int BUFFER_BYTES = 1 << 20;

        private final ScratchFile examples;
        private final ScratchFile begins;
        private final RowLayout layout;
        private final long segmentBytes;
        private ByteBuffer exampleBytes = ScratchFile.buffer(BUFFER_BYTES);
        private final ByteBuffer beginBytes = ScratchFile.buffer(BUFFER_BYTES);
        /** In bytes, with what the buffer holds. */
        private long end;

        private int rows;

        /** A writer to new files in {@code directory}. */
        Writer(Path directory, RowLayout layout) {
            this(directory, layout, SEGMENT_BYTES);
        }

        /** @param segmentBytes a multiple of 4, not less than the largest example */
        Writer(Path directory, RowLayout layout, long segmentBytes) {
            this.layout = layout;
            this.segmentBytes = segmentBytes;
            this.examples = new ScratchFile(directory, ".sparse");
            try {
                this.begins = new ScratchFile(directory, ".begins");
            } catch (UncheckedIOException e) {
                examples.close();
                throw e;
            }
        }

        void write(SparseRows block) {
            for (int row = 0; row < block.rows(); row++) {
                int size = block.bytes(row);
                if (size > segmentBytes) {
                    throw new IllegalArgumentException("an example of " + size + " bytes");
                }
                if (end / segmentBytes != (end + size - 1) / segmentBytes) {
                    skipTo((end / segmentBytes + 1) * segmentBytes);
                }
                if (exampleBytes.remaining() < size) {
                    flush(examples, exampleBytes);
                    if (exampleBytes.capacity() < size) {
                        exampleBytes = ScratchFile.buffer(size);
                    }
                }
                if (beginBytes.remaining() < Long.BYTES) {
                    flush(begins, beginBytes);
                }
                beginBytes.putLong(end / Float.BYTES);
                block.write(row, exampleBytes);
                end += size;
                rows++;
            }
        }

        private void skipTo(long position) {
            flush(examples, exampleBytes);
            examples.skipTo(position);
            end = position;
        }

        private static void flush(ScratchFile to, ByteBuffer filled) {
            to.write(filled.flip());
            filled.clear();
        }

        /** @param shift c of {@link SparseBatch} */
        SparseRowFile map(float[] shift) {
            flush(examples, exampleBytes);
            flush(begins, beginBytes);
            List<MappedByteBuffer> segments = new ArrayList<>();
            for (long from = 0; from < end; from += segmentBytes) {
                segments.add(examples.map(from, Math.min(segmentBytes, end - from)));
            }
            LongBuffer mapped = begins.map(0, (long) rows * Long.BYTES).asLongBuffer();
            return new SparseRowFile(segments, mapped, segmentBytes / Float.BYTES, layout, shift);
        }

        @Override
        public void close() {
            try (examples) {
                begins.close();
            }
        }
    }
}
