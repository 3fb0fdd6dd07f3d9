package io.lockstep.math;

/**
 * Products of a dense and a sparse matrix S (p, m), whose columns are stored one after the other: those of column j are the
 * elements {@code starts[j] .. starts[j + 1])} of {@code indices} and {@code values}. Each adds up in the order in which
 * they are stored. W is column-major, so an element of S meets a run of memory, n floats long, which the JIT compiler
 * makes SIMD code of.
 */
public final class SparseProducts {
    private SparseProducts() {}

    /** Z (n, m) += W·S, W (n, p) from {@code wOffset} on. */
    public static void multiplyAdd(
            int n, int m, float[] w, int wOffset, int[] starts, int[] indices, float[] values, float[] z) {
        for (int j = 0; j < m; j++) {
            int e = starts[j];
            int end = starts[j + 1];
            // four columns of W in one pass over z: a pass for each would load and store z as often as it loads W
            for (; e + 4 <= end; e += 4) {
                axpy4(
                        n,
                        values[e],
                        wOffset + indices[e] * n,
                        values[e + 1],
                        wOffset + indices[e + 1] * n,
                        values[e + 2],
                        wOffset + indices[e + 2] * n,
                        values[e + 3],
                        wOffset + indices[e + 3] * n,
                        w,
                        z,
                        j * n);
            }
            for (; e < end; e++) {
                axpy(n, values[e], w, wOffset + indices[e] * n, z, j * n);
            }
        }
    }

    /** dW (n, p) from {@code wOffset} on += dZ·Sᵀ, dZ (n, m). */
    public static void outerAdd(
            int n, int m, float[] dZ, int[] starts, int[] indices, float[] values, float[] dW, int wOffset) {
        for (int j = 0; j < m; j++) {
            for (int e = starts[j]; e < starts[j + 1]; e++) {
                axpy(n, values[e], dZ, j * n, dW, wOffset + indices[e] * n);
            }
        }
    }

    /** dW (n, p) from {@code wOffset} on −= d·cᵀ, d (n), c (p). */
    public static void rankOneSubtract(int n, int p, float[] d, float[] c, float[] dW, int wOffset) {
        for (int i = 0; i < p; i++) {
            if (c[i] != 0) {
                axpy(n, -c[i], d, 0, dW, wOffset + i * n);
            }
        }
    }

    /** y[yFrom ..] += a·x[xFrom ..], n floats. */
    private static void axpy(int n, float a, float[] x, int xFrom, float[] y, int yFrom) {
        for (int i = 0; i < n; i++) {
            y[yFrom + i] += a * x[xFrom + i];
        }
    }

    private static void axpy4(
            int n,
            float a,
            int aFrom,
            float b,
            int bFrom,
            float c,
            int cFrom,
            float d,
            int dFrom,
            float[] x,
            float[] y,
            int yFrom) {
        for (int i = 0; i < n; i++) {
            y[yFrom + i] += a * x[aFrom + i] + b * x[bFrom + i] + (c * x[cFrom + i] + d * x[dFrom + i]);
        }
    }
}
