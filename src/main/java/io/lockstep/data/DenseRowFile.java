package io.lockstep.data;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Dense examples as {@link RowLayout} has them, in segments of as many whole ones as a mapping may have. */
final class DenseRowFile implements RowFile {
    private static final long SEGMENT_BYTES = 1L << 30;

    private final MappedByteBuffer[] files;
    private final FloatBuffer[] segments;
    private final int rowsPerSegment;
    private final int rows;
    private final RowLayout layout;
    private final int stride;

    private DenseRowFile(MappedByteBuffer[] files, int rowsPerSegment, int rows, RowLayout layout) {
        this.files = files;
        this.segments = Stream.of(files).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new);
        this.rowsPerSegment = rowsPerSegment;
        this.rows = rows;
        this.layout = layout;
        this.stride = layout.stride();
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public void load(int from, int count) {
        int rowBytes = stride * Float.BYTES;
        int end = from + count;
        for (int row = from; row < end; ) {
            int first = row % rowsPerSegment;
            int here = Math.min(end - row, rowsPerSegment - first);
            files[row / rowsPerSegment].slice(first * rowBytes, here * rowBytes).load();
            row += here;
        }
    }

    @Override
    public void copy(int row, float[] x, int xFrom, float[] y, int yFrom) {
        FloatBuffer segment = segments[row / rowsPerSegment];
        int start = row % rowsPerSegment * stride;
        segment.get(start, x, xFrom, layout.features());
        for (int t = 0; t < layout.targets(); t++) {
            y[yFrom + t] = segment.get(start + layout.features() + t);
        }
    }

    @Override
    public float tail(int row, int i) {
        return segments[row / rowsPerSegment].get(row % rowsPerSegment * stride + layout.features() + i);
    }

    /** Writes examples, one block after the other, and maps them. */
    static final class Writer implements AutoCloseable {
        private final ScratchFile file;
        private final RowLayout layout;
        private int rows;
        private ByteBuffer bytes = ScratchFile.buffer(0);

        /** A writer to a new file in {@code directory}. */
        Writer(Path directory, RowLayout layout) {
            this.layout = layout;
            this.file = new ScratchFile(directory, ".f32");
        }

        void write(float[] examples, int count) {
            int floats = count * layout.stride();
            if (bytes.capacity() < floats * Float.BYTES) {
                bytes = ScratchFile.buffer(floats * Float.BYTES);
            }
            bytes.clear().limit(floats * Float.BYTES);
            bytes.asFloatBuffer().put(examples, 0, floats);
            file.write(bytes);
            rows += count;
        }

        DenseRowFile map() {
            int rowBytes = layout.stride() * Float.BYTES;
            int rowsPerSegment = (int) Math.max(1, SEGMENT_BYTES / rowBytes);
            MappedByteBuffer[] files =
                    new MappedByteBuffer[(int) (((long) rows + rowsPerSegment - 1) / rowsPerSegment)];
            for (int i = 0; i < files.length; i++) {
                long from = (long) i * rowsPerSegment;
                long count = Math.min(rowsPerSegment, rows - from);
                files[i] = file.map(from * rowBytes, count * rowBytes);
            }
            return new DenseRowFile(files, rowsPerSegment, rows, layout);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
