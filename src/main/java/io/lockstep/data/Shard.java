package io.lockstep.data;

import io.lockstep.nn.SparseBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * A shard's prepared examples, memory-mapped from a float32 file on local disk: the page cache holds them, not the heap.
 * The file loses its name as soon as it is mapped, so nothing is left of it however the JVM ends. Read by any thread.
 */
public final class Shard {
    private static final long SEGMENT_BYTES = 1L << 30;

    private final MappedByteBuffer[] files;
    private final FloatBuffer[] segments;
    private final int rowsPerSegment;
    private final int rows;
    private final RowLayout layout;
    private final int stride;
    /** Null for dense examples, which are in {@link #segments}. */
    private final SparseRowFile sparse;

    private final float[] shift;

    private Shard(MappedByteBuffer[] files, int rowsPerSegment, int rows, RowLayout layout) {
        this.files = files;
        this.segments = Stream.of(files)
                .map(file -> file.order(ByteOrder.nativeOrder()).asFloatBuffer())
                .toArray(FloatBuffer[]::new);
        this.rowsPerSegment = rowsPerSegment;
        this.rows = rows;
        this.layout = layout;
        this.stride = layout.stride();
        this.sparse = null;
        this.shift = new float[0];
    }

    /** A shard of sparse examples; {@code shift} is c of {@link SparseBatch}. */
    Shard(SparseRowFile sparse, int rows, RowLayout layout, float[] shift) {
        this.files = new MappedByteBuffer[0];
        this.segments = new FloatBuffer[0];
        this.rowsPerSegment = 1;
        this.rows = rows;
        this.layout = layout;
        this.stride = layout.stride();
        this.sparse = sparse;
        this.shift = shift;
    }

    /** Whether its examples are sparse: best taken as such, though they are to be had in full as well. */
    public boolean isSparse() {
        return sparse != null;
    }

    /** c of {@link SparseBatch} (n_x); empty of a dense shard. */
    public float[] shift() {
        return shift.clone();
    }

    /** A batch for this shard's examples; of a sparse shard only. */
    public SparseBatch newBatch() {
        return new SparseBatch(shift);
    }

    /** {@link #gather(int[], int, int, float[], float[])} of a sparse shard; {@code x} holds these examples then. */
    public void gather(int[] order, int from, int count, SparseBatch x, float[] y) {
        x.clear();
        for (int j = 0; j < count; j++) {
            sparse.copy(order[from + j], x, y, j * layout.targets());
        }
    }

    /** {@link #read(int, int, float[], float[])} of a sparse shard; {@code x} holds these examples then. */
    public void read(int from, int count, SparseBatch x, float[] y) {
        x.clear();
        for (int j = 0; j < count; j++) {
            sparse.copy(from + j, x, y, j * layout.targets());
        }
    }

    /** How many examples. */
    public int rows() {
        return rows;
    }

    /** Brings examples [from, from + count) into the page cache, in one go. */
    public void load(int from, int count) {
        if (isSparse()) {
            sparse.load(from, count);
            return;
        }
        int rowBytes = stride * Float.BYTES;
        int end = from + count;
        for (int row = from; row < end; ) {
            int first = row % rowsPerSegment;
            int here = Math.min(end - row, rowsPerSegment - first);
            files[row / rowsPerSegment].slice(first * rowBytes, here * rowBytes).load();
            row += here;
        }
    }

    /**
     * Gathers examples into the columns of a mini-batch.
     *
     * @param order row numbers
     * @param from of {@code order}
     * @param count how many
     * @param x X (n_x, count), filled from its first column
     * @param y the targets, ({@link io.lockstep.nn.Loss#targets}, count)
     */
    public void gather(int[] order, int from, int count, float[] x, float[] y) {
        for (int j = 0; j < count; j++) {
            copy(order[from + j], x, y, j);
        }
    }

    /** Examples [from, from + count) as the columns of a mini-batch; as {@link #gather}. */
    public void read(int from, int count, float[] x, float[] y) {
        for (int j = 0; j < count; j++) {
            copy(from + j, x, y, j);
        }
    }

    private void copy(int row, float[] x, float[] y, int j) {
        if (isSparse()) {
            SparseBatch one = newBatch();
            sparse.copy(row, one, y, j * layout.targets());
            one.expand(0, x, j * layout.features());
            return;
        }
        FloatBuffer segment = segments[row / rowsPerSegment];
        int start = row % rowsPerSegment * stride;
        int features = layout.features();
        int targets = layout.targets();
        segment.get(start, x, j * features, features);
        for (int t = 0; t < targets; t++) {
            y[j * targets + t] = segment.get(start + features + t);
        }
    }

    /** Whether examples have weights; else each weighs 1. */
    public boolean isWeighted() {
        return layout.isWeighted();
    }

    /** The weights (1, count) of what {@link #gather} takes with the same arguments; only of a weighted shard. */
    public void gatherWeights(int[] order, int from, int count, float[] weights) {
        for (int j = 0; j < count; j++) {
            weights[j] = weight(order[from + j]);
        }
    }

    /** The weights (1, count) of what {@link #read} takes; of a shard without weights ones. */
    public void readWeights(int from, int count, float[] weights) {
        for (int j = 0; j < count; j++) {
            weights[j] = isWeighted() ? weight(from + j) : 1;
        }
    }

    private float weight(int row) {
        if (isSparse()) {
            return sparse.weight(row);
        }
        return segments[row / rowsPerSegment].get(row % rowsPerSegment * stride + stride - 1);
    }

    /** Writes a shard's examples, one block after the other, and maps them. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;
        private final RowLayout layout;
        private final int stride;
        private int rows;
        private ByteBuffer bytes = ByteBuffer.allocate(0);

        /** A writer to a new file in {@code directory}. */
        Writer(Path directory, RowLayout layout) throws IOException {
            this.layout = layout;
            this.stride = layout.stride();
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
            MappedByteBuffer[] files =
                    new MappedByteBuffer[(int) (((long) rows + rowsPerSegment - 1) / rowsPerSegment)];
            for (int i = 0; i < files.length; i++) {
                long from = (long) i * rowsPerSegment;
                long count = Math.min(rowsPerSegment, rows - from);
                files[i] = channel.map(FileChannel.MapMode.READ_ONLY, from * rowBytes, count * rowBytes);
            }
            return new Shard(files, rowsPerSegment, rows, layout);
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
