package io.lockstep.data;

import io.lockstep.nn.SparseBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A shard's prepared sparse examples, memory-mapped from two files on local disk: the examples as {@link RowLayout} has them,
 * and where each begins. The files lose their names as soon as they are mapped. Read by any thread.
 */
final class SparseRowFile {
    /** Bytes that one mapping may have; no example lies in two of them. */
    static final long SEGMENT_BYTES = 1L << 30;

    private final List<IntBuffer> counts = new ArrayList<>();
    private final List<FloatBuffer> floats = new ArrayList<>();
    private final List<MappedByteBuffer> segments;
    private final LongBuffer begins;
    private final long segmentWords;
    private final RowLayout layout;

    private SparseRowFile(List<MappedByteBuffer> segments, LongBuffer begins, long segmentWords, RowLayout layout) {
        this.segments = segments;
        for (MappedByteBuffer segment : segments) {
            ByteBuffer words = segment.order(ByteOrder.nativeOrder());
            counts.add(words.asIntBuffer());
            floats.add(words.asFloatBuffer());
        }
        this.begins = begins;
        this.segmentWords = segmentWords;
        this.layout = layout;
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

    /** Brings examples [from, from + count) into the page cache, in one go. */
    void load(int from, int count) {
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

    /** The weight of example {@code row}. */
    float weight(int row) {
        long begin = begins.get(row);
        int segment = (int) (begin / segmentWords);
        int at = (int) (begin % segmentWords);
        return floats.get(segment).get(at + 1 + 2 * counts.get(segment).get(at) + layout.targets());
    }

    /** Writes examples, one block after the other, and maps them. */
    static final class Writer implements AutoCloseable {
        private static final int BUFFER_BYTES = 1 << 20;

        private final Path file;
        private final Path beginsFile;
        private final FileChannel channel;
        private final FileChannel beginsChannel;
        private final RowLayout layout;
        private final long segmentBytes;
        private ByteBuffer bytes = buffer(BUFFER_BYTES);
        private final ByteBuffer begins = buffer(BUFFER_BYTES);
        /** In bytes, with what the buffer holds. */
        private long end;

        private int rows;

        /** A writer to new files in {@code directory}. */
        Writer(Path directory, RowLayout layout) throws IOException {
            this(directory, layout, SEGMENT_BYTES);
        }

        /** @param segmentBytes a multiple of 4, not less than the largest example */
        Writer(Path directory, RowLayout layout, long segmentBytes) throws IOException {
            this.layout = layout;
            this.segmentBytes = segmentBytes;
            this.file = Files.createTempFile(directory, "shard-", ".sparse");
            this.beginsFile = Files.createTempFile(directory, "shard-", ".begins");
            this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            this.beginsChannel = FileChannel.open(beginsFile, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        private static ByteBuffer buffer(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        }

        void write(SparseRows examples) throws IOException {
            for (int row = 0; row < examples.rows(); row++) {
                int size = examples.bytes(row);
                if (size > segmentBytes) {
                    throw new IOException("an example of " + size + " bytes");
                }
                if (end / segmentBytes != (end + size - 1) / segmentBytes) {
                    skipTo((end / segmentBytes + 1) * segmentBytes);
                }
                if (bytes.remaining() < size) {
                    flush(channel, bytes);
                    if (bytes.capacity() < size) {
                        bytes = buffer(size);
                    }
                }
                if (begins.remaining() < Long.BYTES) {
                    flush(beginsChannel, begins);
                }
                begins.putLong(end / Float.BYTES);
                examples.write(row, bytes);
                end += size;
                rows++;
            }
        }

        private void skipTo(long position) throws IOException {
            flush(channel, bytes);
            channel.position(position);
            end = position;
        }

        private static void flush(FileChannel to, ByteBuffer filled) throws IOException {
            filled.flip();
            while (filled.hasRemaining()) {
                to.write(filled);
            }
            filled.clear();
        }

        int rows() {
            return rows;
        }

        SparseRowFile map() throws IOException {
            flush(channel, bytes);
            flush(beginsChannel, begins);
            List<MappedByteBuffer> segments = new ArrayList<>();
            for (long from = 0; from < end; from += segmentBytes) {
                segments.add(channel.map(FileChannel.MapMode.READ_ONLY, from, Math.min(segmentBytes, end - from)));
            }
            LongBuffer mapped = beginsChannel
                    .map(FileChannel.MapMode.READ_ONLY, 0, (long) rows * Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asLongBuffer();
            return new SparseRowFile(segments, mapped, segmentBytes / Float.BYTES, layout);
        }

        @Override
        public void close() {
            try {
                channel.close();
                beginsChannel.close();
                Files.deleteIfExists(file);
                Files.deleteIfExists(beginsFile);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
