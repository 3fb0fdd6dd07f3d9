package io.lockstep.bench;

import io.lockstep.math.Blas;
import java.util.List;

/** The matrix products of a step and nothing else, in the shapes of Lockstep's passes. It belongs to one thread. */
final class StepProducts {
    // n = units, p = units of the layer below, m = examples; column-major, an example a column
    private final int[] sizes;
    private final float[] theta;
    private final float[] gradient;
    private final float[][] a;
    private final float[][] d;

    /**
     * Allocates.
     *
     * @param sizes the units from the input layer to the output layer
     * @param capacity the most examples of a pass
     */
    StepProducts(List<Integer> sizes, int capacity) {
        this.sizes = sizes.stream().mapToInt(Integer::intValue).toArray();
        int parameters = 0;
        this.a = new float[this.sizes.length][];
        this.d = new float[this.sizes.length][];
        for (int l = 0; l < this.sizes.length; l++) {
            a[l] = Fill.uniform(this.sizes[l] * capacity, l);
            d[l] = Fill.uniform(this.sizes[l] * capacity, 100L + l);
            parameters += l == 0 ? 0 : this.sizes[l] * this.sizes[l - 1];
        }
        this.theta = Fill.uniform(parameters, 200);
        this.gradient = new float[parameters];
    }

    /** The products of one pass of {@code m} examples. */
    void pass(int m) {
        int offset = 0;
        for (int l = 1; l < sizes.length; l++) {
            int n = sizes[l];
            int p = sizes[l - 1];
            // Z[n,m] = W[n,p] · A[p,m]; β = 1 as in Lockstep, which has put b there
            Blas.sgemm("N", "N", n, m, p, 1f, theta, offset, n, a[l - 1], 0, p, 1f, a[l], 0, n);
            offset += n * p;
        }
        for (int l = sizes.length - 1; l >= 1; l--) {
            int n = sizes[l];
            int p = sizes[l - 1];
            offset -= n * p;
            // dW[n,p] += dZ[n,m] · A[p,m]ᵀ
            Blas.sgemm("N", "T", n, p, m, 1f, d[l], 0, n, a[l - 1], 0, p, 1f, gradient, offset, n);
            if (l > 1) {
                // dA[p,m] = W[n,p]ᵀ · dZ[n,m]
                Blas.sgemm("T", "N", p, m, n, 1f, theta, offset, n, d[l], 0, n, 0f, d[l - 1], 0, p);
            }
        }
    }
}
