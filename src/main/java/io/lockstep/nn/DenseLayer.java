package io.lockstep.nn;

import io.lockstep.math.Blas;
import java.util.Arrays;

/** Z = W·A + b; dW = dZ·Aᵀ, db = row sums of dZ, dA = Wᵀ·dZ (notes, "Backpropagation"). */
final class DenseLayer implements Layer {
    // n = units, p = units of the layer below, m = examples; column-major, an example a column
    private final int n;
    private final int p;
    private final int wOffset;
    private final LayerSpec.Bias bias;
    private final int bOffset;
    private final float[] z;
    private final float[] ones;
    private final int capacity;
    /** dA (p, m); made at the first call, for the lowest layer never needs it. */
    private float[] dInput = new float[0];
    /** Sums over a sparse input (n); made at the first one. */
    private float[] work = new float[0];

    DenseLayer(int units, int inputs, LayerSpec.Bias bias, int offset, int capacity) {
        this.n = units;
        this.p = inputs;
        this.wOffset = offset;
        this.bias = bias;
        this.bOffset = offset + n * p;
        this.capacity = capacity;
        this.z = new float[Math.multiplyExact(n, capacity)];
        this.ones = new float[capacity];
        Arrays.fill(ones, 1f);
    }

    @Override
    public float[] forwardTraining(float[] theta, float[] input, int m, TrainingPass pass) {
        return forwardInference(theta, input, m);
    }

    @Override
    public float[] forwardInference(float[] theta, float[] input, int m) {
        if (bias == LayerSpec.Bias.NONE) {
            // Z[n,m] = W[n,p] · A[p,m]
            Blas.sgemm("N", "N", n, m, p, 1f, theta, wOffset, n, input, 0, p, 0f, z, 0, n);
            return z;
        }
        // b goes where the product is added to: the pass over Z that beta = 0 would spend on clearing it
        for (int j = 0; j < m; j++) {
            System.arraycopy(theta, bOffset, z, j * n, n);
        }
        // Z[n,m] += W[n,p] · A[p,m]
        Blas.sgemm("N", "N", n, m, p, 1f, theta, wOffset, n, input, 0, p, 1f, z, 0, n);
        return z;
    }

    /** {@link #forwardInference(float[], float[], int)} of a sparse A, all of it. */
    float[] forward(float[] theta, SparseBatch input) {
        int m = input.columns();
        if (bias == LayerSpec.Bias.NONE) {
            Arrays.fill(z, 0, n * m, 0f);
        } else {
            for (int j = 0; j < m; j++) {
                System.arraycopy(theta, bOffset, z, j * n, n);
            }
        }
        input.multiplyAdd(theta, wOffset, n, z, work());
        return z;
    }

    /** {@link #backwardParameters(float[], float[], float[], int, float[])} of a sparse A. */
    void backwardParameters(SparseBatch input, float[] dOutput, float[] gradient) {
        input.outerAdd(dOutput, n, gradient, wOffset, work());
        addBiasGradient(dOutput, input.columns(), gradient);
    }

    private float[] work() {
        if (work.length == 0) {
            work = new float[n];
        }
        return work;
    }

    @Override
    public float[] backward(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        backwardParameters(theta, input, dOutput, m, gradient);
        if (dInput.length == 0) {
            dInput = new float[Math.multiplyExact(p, capacity)];
        }
        // dA[p,m] = W[n,p]ᵀ · dZ[n,m]
        Blas.sgemm("T", "N", p, m, n, 1f, theta, wOffset, n, dOutput, 0, n, 0f, dInput, 0, p);
        return dInput;
    }

    @Override
    public void backwardParameters(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        // dW[n,p] += dZ[n,m] · A[p,m]ᵀ
        Blas.sgemm("N", "T", n, p, m, 1f, dOutput, 0, n, input, 0, p, 1f, gradient, wOffset, n);
        addBiasGradient(dOutput, m, gradient);
    }

    private void addBiasGradient(float[] dOutput, int m, float[] gradient) {
        if (bias == LayerSpec.Bias.LEARNT) {
            // db[n] += dZ[n,m] · 1[m]: the row sums
            Blas.sgemv(n, m, dOutput, ones, gradient, bOffset);
        }
    }

    @Override
    public boolean needsOutput() {
        return false;
    }
}
