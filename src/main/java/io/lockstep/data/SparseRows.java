package io.lockstep.data;

import io.lockstep.nn.SparseBatch;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A block of sparse examples, one after the other: what is not 0 of their features, and the floats behind them. */
final class SparseRows implements FeatureSink {
    private final SparseBatch features;
    private final int tail;
    /** Targets and weights (tail, rows). */
    private float[] tails = new float[16];

    /** An empty block of examples of {@code layout}. */
    SparseRows(RowLayout layout) {
        this.features = new SparseBatch(new float[layout.features()]);
        this.tail = layout.tail();
    }

    int rows() {
        return features.columns();
    }

    /** The features, an example a column. */
    SparseBatch features() {
        return features;
    }

    /** Float {@code i} behind the features of an example. */
    float tail(int row, int i) {
        return tails[row * tail + i];
    }

    void setTail(int row, int i, float value) {
        tails[row * tail + i] = value;
    }

    void clear() {
        features.clear();
    }

    @Override
    public void put(int feature, float value) {
        if (value != 0) {
            features.add(feature, value);
        }
    }

    /** Ends an example; what stands behind its features is still to be written to {@link #tails} from {@link #tailStart}. */
    void endRow() {
        features.endColumn();
        makeRoom();
    }

    private void makeRoom() {
        if (rows() * tail > tails.length) {
            tails = Arrays.copyOf(tails, Math.max(2 * tails.length, rows() * tail));
        }
    }

    /** Takes the place of {@code encoded}: its examples with features that are normalized. */
    void normalize(SparseRows encoded, SparseNormalizer normalizer) {
        clear();
        for (int row = 0; row < encoded.rows(); row++) {
            normalizer.normalize(encoded.features, row, features);
            makeRoom();
            System.arraycopy(encoded.tails, row * tail, tails, row * tail, tail);
        }
    }

    /** Where the targets of the last example go. */
    float[] tails() {
        return tails;
    }

    int tailStart() {
        return (rows() - 1) * tail;
    }

    /** Bytes of an example as it is stored. */
    int bytes(int row) {
        return (1 + 2 * (features.start(row + 1) - features.start(row)) + tail) * Float.BYTES;
    }

    /** Writes an example as {@link RowLayout} has it. */
    void write(int row, ByteBuffer out) {
        int from = features.start(row);
        int to = features.start(row + 1);
        out.putInt(to - from);
        for (int e = from; e < to; e++) {
            out.putInt(features.index(e));
        }
        for (int e = from; e < to; e++) {
            out.putFloat(features.value(e));
        }
        for (int i = 0; i < tail; i++) {
            out.putFloat(tail(row, i));
        }
    }

    /** Adds the example that begins at {@code offset}. */
    void read(ByteBuffer examples, int offset) {
        int count = examples.getInt(offset);
        int at = offset + Integer.BYTES;
        int values = at + count * Integer.BYTES;
        for (int e = 0; e < count; e++) {
            features.add(examples.getInt(at + e * Integer.BYTES), examples.getFloat(values + e * Float.BYTES));
        }
        endRow();
        int behind = values + count * Float.BYTES;
        for (int i = 0; i < tail; i++) {
            setTail(rows() - 1, i, examples.getFloat(behind + i * Float.BYTES));
        }
    }
}
