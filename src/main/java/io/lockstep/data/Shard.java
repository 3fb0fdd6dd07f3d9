package io.lockstep.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A shard's prepared examples, memory-mapped from a float32 file on local disk: the page cache holds them, not the heap.
 * The file loses its name as soon as it is mapped, so nothing is left of it however the JVM ends. Read by any thread.
 */
public final class Shard {
    private static final long SEGMENT_BYTES = 1L << 30;

    private final FloatBuffer[] segments;
    private final int rowsPerSegment;
    private final int rows;
    private final int stride;

    private Shard(FloatBuffer[] segments, int rowsPerSegment, int rows, int stride) {
        this.segments = segments;
        this.rowsPerSegment = rowsPerSegment;
        this.rows = rows;
        this.stride = stride;
    }

    /** How many examples. */
    public int rows() {
        return rows;
    }

    /**
     * Gathers examples into the columns of a mini-batch.
     *
     * @param order row numbers
     * @param from of {@code order}
     * @param count how many
     * @param x X (n_x, count), filled from its first column
     * @param y the targets (1, count)
     */
    public void gather(int[] order, int from, int count, float[] x, float[] y) {
        int width = stride - 1;
        for (int j = 0; j < count; j++) {
            copy(order[from + j], x, j * width, y, j);
        }
    }

    /** Examples [from, from + count) as the columns of a mini-batch; as {@link #gather}. */
    public void read(int from, int count, float[] x, float[] y) {
        int width = stride - 1;
        for (int j = 0; j < count; j++) {
            copy(from + j, x, j * width, y, j);
        }
    }

    private void copy(int row, float[] x, int xOffset, float[] y, int yOffset) {
        FloatBuffer segment = segments[row / rowsPerSegment];
        int start = row % rowsPerSegment * stride;
        segment.get(start, x, xOffset, stride - 1);
        y[yOffset] = segment.get(start + stride - 1);
    }

    /** Writes a shard's examples, one block after the other, and maps them. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;
        private final int stride;
        private int rows;
        private ByteBuffer bytes = ByteBuffer.allocate(0);

        /** A writer to a new file in {@code directory}. */
        Writer(Path directory, int stride) throws IOException {
            this.stride = stride;
            this.file = Files.createTempFile(directory, "shard-", ".f32");
            this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        void write(float[] examples, int count) throws IOException {
            int size = count * stride * Float.BYTES;
            if (bytes.capacity() < size) {
                bytes = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
            }
            bytes.clear().limit(size);
            bytes.asFloatBuffer().put(examples, 0, count * stride);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            rows += count;
        }

        Shard map() throws IOException {
            int rowBytes = stride * Float.BYTES;
            int rowsPerSegment = (int) Math.max(1, SEGMENT_BYTES / rowBytes);
            FloatBuffer[] segments = new FloatBuffer[(rows + rowsPerSegment - 1) / rowsPerSegment];
            for (int i = 0; i < segments.length; i++) {
                long from = (long) i * rowsPerSegment;
                long count = Math.min(rowsPerSegment, rows - from);
                segments[i] = channel.map(FileChannel.MapMode.READ_ONLY, from * rowBytes, count * rowBytes)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
            }
            return new Shard(segments, rowsPerSegment, rows, stride);
        }

        @Override
        public void close() {
            try {
                channel.close();
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
