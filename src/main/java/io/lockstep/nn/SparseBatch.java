package io.lockstep.nn;

import io.lockstep.math.Blas;
import io.lockstep.math.SparseProducts;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * The examples of a mini-batch of which most features are 0: X = S − c·1ᵀ (n_x, m) with a sparse S, an example a column.
 * Normalized features x̃ = (x − μ)/σ are dense where x is 0; with s = x/σ and c = μ/σ only c is.
 *
 * <p>It belongs to one thread, and grows to the largest mini-batch that it was given.
 */
public final class SparseBatch {
    private final int features;
    private final float[] shift;
    private final boolean shifted;
    private int columns;
    /** Where each column begins in the other two; one more than columns. */
    private int[] starts = new int[16];

    private int[] indices = new int[64];
    private float[] values = new float[64];

    /**
     * No examples yet.
     *
     * @param shift c (n_x), kept
     */
    public SparseBatch(float[] shift) {
        this.features = shift.length;
        this.shift = shift;
        boolean any = false;
        for (float value : shift) {
            any |= value != 0;
        }
        this.shifted = any;
    }

    /** n_x. */
    public int features() {
        return features;
    }

    /** m. */
    public int columns() {
        return columns;
    }

    /** How many elements of S are stored. */
    public int nonZeros() {
        return starts[columns];
    }

    /** Takes all examples out. */
    public void clear() {
        columns = 0;
    }

    /** Room for {@code count} more elements. */
    private void reserve(int count) {
        int wanted = Math.addExact(end(), count);
        if (wanted > indices.length) {
            int size = (int) Math.max(wanted, Math.min(Integer.MAX_VALUE - 8L, 2L * indices.length));
            indices = Arrays.copyOf(indices, size);
            values = Arrays.copyOf(values, size);
        }
    }

    /** Where the open column ends. */
    private int end() {
        return open + starts[columns];
    }

    /** Elements of the column that is not ended. */
    private int open;

    /** Adds s of feature {@code index} to the example that {@link #endColumn} will end; indices rise. */
    public void add(int index, float value) {
        reserve(1);
        indices[end()] = index;
        values[end()] = value;
        open++;
    }

    /** Ends an example; the next elements are another's. */
    public void endColumn() {
        if (columns + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
        }
        starts[columns + 1] = end();
        columns++;
        open = 0;
    }

    /** Adds a whole example of {@code count} elements, whose indices rise. */
    public void addColumn(IntBuffer indexBuffer, int indexFrom, FloatBuffer valueBuffer, int valueFrom, int count) {
        reserve(count);
        indexBuffer.get(indexFrom, indices, end(), count);
        valueBuffer.get(valueFrom, values, end(), count);
        open += count;
        endColumn();
    }

    /** Where the elements of example {@code column} begin; those of the last one end where another would begin. */
    public int start(int column) {
        return starts[column];
    }

    /** The feature of a stored element. */
    public int index(int element) {
        return indices[element];
    }

    /** s of a stored element. */
    public float value(int element) {
        return values[element];
    }

    /** Writes example {@code column} in full, x = s − c, to {@code out[from .. from + n_x)}. */
    public void expand(int column, float[] out, int from) {
        for (int i = 0; i < features; i++) {
            // 0 − 0 rather than −0
            out[from + i] = 0 - shift[i];
        }
        for (int e = starts[column]; e < starts[column + 1]; e++) {
            out[from + indices[e]] += values[e];
        }
    }

    /**
     * The examples of X (n_x, m) as S − c·1ᵀ: an element that equals −c is not stored.
     *
     * @param x X, an example a column
     * @param m how many examples
     * @param shift c, kept
     */
    public static SparseBatch of(float[] x, int m, float[] shift) {
        SparseBatch batch = new SparseBatch(shift);
        for (int j = 0; j < m; j++) {
            for (int i = 0; i < shift.length; i++) {
                float s = x[j * shift.length + i] + shift[i];
                if (s != 0) {
                    batch.add(i, s);
                }
            }
            batch.endColumn();
        }
        return batch;
    }

    /** The first {@code count} examples. */
    public SparseBatch first(int count) {
        SparseBatch first = new SparseBatch(shift);
        for (int j = 0; j < count; j++) {
            first.addColumn(this, j);
        }
        return first;
    }

    /** Adds example {@code column} of a batch of the same shift. */
    public void addColumn(SparseBatch other, int column) {
        int from = other.starts[column];
        int count = other.starts[column + 1] - from;
        reserve(count);
        System.arraycopy(other.indices, from, indices, end(), count);
        System.arraycopy(other.values, from, values, end(), count);
        open += count;
        endColumn();
    }

    /** Z (n, m) += W·X, W (n, n_x) from {@code offset} on; {@code work} (n) is overwritten. */
    void multiplyAdd(float[] w, int offset, int n, float[] z, float[] work) {
        if (shifted) {
            Arrays.fill(work, 0, n, 0f);
            // W·c, the same for all examples
            Blas.sgemv(n, features, w, offset, shift, work, 0);
            for (int j = 0; j < columns; j++) {
                for (int i = 0; i < n; i++) {
                    z[j * n + i] -= work[i];
                }
            }
        }
        SparseProducts.multiplyAdd(n, columns, w, offset, starts, indices, values, z);
    }

    /** dW (n, n_x) from {@code offset} on += dZ·Xᵀ; {@code work} (n) is overwritten. */
    void outerAdd(float[] dZ, int n, float[] dW, int offset, float[] work) {
        SparseProducts.outerAdd(n, columns, dZ, starts, indices, values, dW, offset);
        if (shifted) {
            Arrays.fill(work, 0, n, 0f);
            for (int j = 0; j < columns; j++) {
                for (int i = 0; i < n; i++) {
                    work[i] += dZ[j * n + i];
                }
            }
            SparseProducts.rankOneSubtract(n, features, work, shift, dW, offset);
        }
    }

    /** Whether all of X is finite. */
    boolean isFinite() {
        for (int e = 0; e < starts[columns]; e++) {
            if (!Float.isFinite(values[e])) {
                return false;
            }
        }
        return true;
    }
}
