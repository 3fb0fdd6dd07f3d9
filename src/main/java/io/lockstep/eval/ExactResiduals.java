package io.lockstep.eval;

import java.util.Arrays;

/** All residuals, of each output, and the weights of their examples. */
final class ExactResiduals implements Ranks {
    private static final long serialVersionUID = 1L;

    private final ErrorMeasure measure;
    private final double[][] residuals;
    /** Empty as long as all are 1. */
    private float[] weights = new float[0];

    private int size;

    ExactResiduals(ErrorMeasure measure) {
        this.measure = measure;
        this.residuals = new double[measure.outputs()][0];
    }

    @Override
    public void add(float[] outputs, int from, float[] targets, int target, float w) {
        if (size == residuals[0].length) {
            int capacity = Math.max(64, size + size / 2);
            for (int k = 0; k < residuals.length; k++) {
                residuals[k] = Arrays.copyOf(residuals[k], capacity);
            }
            weights = weights.length == 0 ? weights : Arrays.copyOf(weights, capacity);
        }
        if (weights.length == 0 && w != 1) {
            weights = new float[residuals[0].length];
            Arrays.fill(weights, 0, size, 1);
        }
        for (int k = 0; k < residuals.length; k++) {
            residuals[k][size] = measure.residual(k, outputs, from, targets, target);
        }
        if (weights.length > 0) {
            weights[size] = w;
        }
        size++;
    }

    @Override
    public void endBlock(int block) {
        // quantiles have no intervals
    }

    @Override
    public void endShard(int shard) {
        // sorted, all orders are one
    }

    @Override
    public void end() {
        for (int k = 0; k < residuals.length; k++) {
            residuals[k] = Arrays.copyOf(residuals[k], size);
        }
        weights = weights.length == 0 ? weights : Arrays.copyOf(weights, size);
    }

    int size() {
        return size;
    }

    /** Copies the residuals of an output to {@code all[at..]}. */
    void copyResiduals(int output, double[] all, int at) {
        System.arraycopy(residuals[output], 0, all, at, size);
    }

    boolean isWeighted() {
        return weights.length > 0;
    }

    /** Copies the weights to {@code all[at..]}. */
    void copyWeights(float[] all, int at) {
        if (isWeighted()) {
            System.arraycopy(weights, 0, all, at, size);
        } else {
            Arrays.fill(all, at, at + size, 1);
        }
    }
}
