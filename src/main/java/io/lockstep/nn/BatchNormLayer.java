package io.lockstep.nn;

import java.util.Arrays;

/**
 * Batch normalization as {@link LayerSpec.BatchNorm} defines it. With x̂ the normalized input, over the pass's m columns:
 *
 * <p>dβ = Σ dy, dγ = Σ dy∗x̂, dx = γ/√(σ² + ε) ∗ (dy − dβ/m − x̂∗dγ/m) (Ioffe and Szegedy 2015, section 3).
 *
 * <p>Sums are taken in float over {@value #ROWS} examples at a time and in double over those: as precise as in double
 * throughout to a float's last bit or two, at the speed of float. Columns are copied to a scratch array first: loops over
 * arrays that share one index are what C2 turns into SIMD code.
 */
final class BatchNormLayer implements Layer {
    /** Examples that are summed in float. */
    private static final int ROWS = 16;

    // n = units, m = examples; column-major, an example a column
    private final int n;
    private final double epsilon;
    private final int gammaOffset;
    private final int betaOffset;
    private final int meanOffset;
    private final int varianceOffset;
    /** x̂ (n, m) of the training pass, for the way back. */
    private final float[] normalized;
    /** y (n, m). */
    private final float[] output;

    // each (n)
    private final double[] sums;
    private final double[] otherSums;
    private final float[] part;
    private final float[] otherPart;
    private final float[] column;
    private final float[] otherColumn;
    private final float[] mean;
    private final float[] variance;
    private final float[] scale;
    private final float[] shift;

    BatchNormLayer(double epsilon, int n, int offset, int capacity) {
        this.epsilon = epsilon;
        this.n = n;
        this.gammaOffset = offset;
        this.betaOffset = offset + n;
        this.meanOffset = offset + 2 * n;
        this.varianceOffset = offset + 3 * n;
        this.normalized = new float[Math.multiplyExact(n, capacity)];
        this.output = new float[normalized.length];
        this.sums = new double[n];
        this.otherSums = new double[n];
        this.part = new float[n];
        this.otherPart = new float[n];
        this.column = new float[n];
        this.otherColumn = new float[n];
        this.mean = new float[n];
        this.variance = new float[n];
        this.scale = new float[n];
        this.shift = new float[n];
    }

    @Override
    public float[] forwardTraining(float[] theta, float[] input, int m, TrainingPass pass) {
        center(input, m);
        for (int i = 0; i < n; i++) {
            scale[i] = inverseDeviation(variance[i]);
        }
        System.arraycopy(theta, gammaOffset, part, 0, n);
        System.arraycopy(theta, betaOffset, shift, 0, n);
        for (int j = 0; j < m; j++) {
            System.arraycopy(normalized, j * n, column, 0, n);
            for (int i = 0; i < n; i++) {
                column[i] *= scale[i];
            }
            System.arraycopy(column, 0, normalized, j * n, n);
            for (int i = 0; i < n; i++) {
                column[i] = column[i] * part[i] + shift[i];
            }
            System.arraycopy(column, 0, output, j * n, n);
        }
        return output;
    }

    /** μ and σ² of the pass; x − μ goes to {@link #normalized}. */
    private void center(float[] input, int m) {
        Arrays.fill(sums, 0);
        for (int from = 0; from < m; from += ROWS) {
            Arrays.fill(part, 0);
            for (int j = from; j < Math.min(m, from + ROWS); j++) {
                System.arraycopy(input, j * n, column, 0, n);
                for (int i = 0; i < n; i++) {
                    part[i] += column[i];
                }
            }
            add(part, sums);
        }
        for (int i = 0; i < n; i++) {
            mean[i] = (float) (sums[i] / m);
        }
        Arrays.fill(sums, 0);
        for (int from = 0; from < m; from += ROWS) {
            Arrays.fill(part, 0);
            for (int j = from; j < Math.min(m, from + ROWS); j++) {
                System.arraycopy(input, j * n, column, 0, n);
                for (int i = 0; i < n; i++) {
                    column[i] -= mean[i];
                    part[i] += column[i] * column[i];
                }
                System.arraycopy(column, 0, normalized, j * n, n);
            }
            add(part, sums);
        }
        for (int i = 0; i < n; i++) {
            variance[i] = (float) (sums[i] / m);
        }
    }

    private void add(float[] summands, double[] to) {
        for (int i = 0; i < n; i++) {
            to[i] += summands[i];
        }
    }

    private float inverseDeviation(float ofVariance) {
        return (float) (1 / Math.sqrt(ofVariance + epsilon));
    }

    @Override
    public float[] forwardInference(float[] theta, float[] input, int m) {
        for (int i = 0; i < n; i++) {
            scale[i] = theta[gammaOffset + i] * inverseDeviation(theta[varianceOffset + i]);
            shift[i] = theta[betaOffset + i] - scale[i] * theta[meanOffset + i];
        }
        for (int j = 0; j < m; j++) {
            System.arraycopy(input, j * n, column, 0, n);
            for (int i = 0; i < n; i++) {
                column[i] = column[i] * scale[i] + shift[i];
            }
            System.arraycopy(column, 0, output, j * n, n);
        }
        return output;
    }

    @Override
    public float[] backward(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        backwardParameters(theta, input, dOutput, m, gradient);
        for (int i = 0; i < n; i++) {
            // scale is 1/√(σ² + ε) still
            part[i] = theta[gammaOffset + i] * scale[i];
            mean[i] = (float) (sums[i] / m);
            otherPart[i] = (float) (otherSums[i] / m);
        }
        for (int j = 0; j < m; j++) {
            System.arraycopy(dOutput, j * n, column, 0, n);
            System.arraycopy(normalized, j * n, otherColumn, 0, n);
            for (int i = 0; i < n; i++) {
                column[i] = part[i] * ((column[i] - mean[i]) - otherColumn[i] * otherPart[i]);
            }
            System.arraycopy(column, 0, dOutput, j * n, n);
        }
        return dOutput;
    }

    @Override
    public void backwardParameters(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        Arrays.fill(sums, 0);
        Arrays.fill(otherSums, 0);
        for (int from = 0; from < m; from += ROWS) {
            Arrays.fill(part, 0);
            Arrays.fill(otherPart, 0);
            for (int j = from; j < Math.min(m, from + ROWS); j++) {
                System.arraycopy(dOutput, j * n, column, 0, n);
                System.arraycopy(normalized, j * n, otherColumn, 0, n);
                for (int i = 0; i < n; i++) {
                    part[i] += column[i];
                    otherPart[i] += column[i] * otherColumn[i];
                }
            }
            add(part, sums);
            add(otherPart, otherSums);
        }
        for (int i = 0; i < n; i++) {
            gradient[gammaOffset + i] += (float) otherSums[i];
            gradient[betaOffset + i] += (float) sums[i];
            gradient[meanOffset + i] += m * mean[i];
            gradient[varianceOffset + i] += m * variance[i];
        }
    }

    @Override
    public boolean needsOutput() {
        return false;
    }
}
