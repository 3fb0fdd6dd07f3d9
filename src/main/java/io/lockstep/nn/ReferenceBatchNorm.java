package io.lockstep.nn;

import java.util.List;

/**
 * {@link LayerSpec.BatchNorm} for the {@link ReferenceNetwork}: float64, unit by unit. Its gradient is the chain rule along
 * x → μ, σ² → x̂ → y, term by term as the paper lists them (Ioffe and Szegedy 2015, section 3), not the short form that the
 * engine computes. Matrices have an example a row; blocks are γ, β, μ, σ².
 */
final class ReferenceBatchNorm {
    private ReferenceBatchNorm() {}

    static double[][] forwardTraining(
            LayerSpec.BatchNorm norm, List<ParameterBlock> blocks, double[] theta, double[][] x) {
        double[][] y = like(x);
        for (int i = 0; i < blocks.get(0).rows(); i++) {
            normalize(norm, blocks, theta, x, i, mean(x, i), variance(x, i), y);
        }
        return y;
    }

    static double[][] forwardInference(
            LayerSpec.BatchNorm norm, List<ParameterBlock> blocks, double[] theta, double[][] x) {
        double[][] y = like(x);
        for (int i = 0; i < blocks.get(0).rows(); i++) {
            normalize(norm, blocks, theta, x, i, element(theta, blocks, 2, i), element(theta, blocks, 3, i), y);
        }
        return y;
    }

    /** dx, with dγ, dβ and m times the statistics added to the gradient. */
    static double[][] backward(
            LayerSpec.BatchNorm norm,
            List<ParameterBlock> blocks,
            double[] theta,
            double[][] x,
            double[][] dy,
            double[] gradient) {
        int m = x.length;
        double[][] dx = like(x);
        for (int i = 0; i < blocks.get(0).rows(); i++) {
            double mean = mean(x, i);
            double variance = variance(x, i);
            double deviation = Math.sqrt(variance + norm.epsilon());
            double dVariance = 0;
            double dMean = 0;
            for (int j = 0; j < m; j++) {
                double dNormalized = dy[j][i] * element(theta, blocks, 0, i);
                dVariance -= dNormalized * (x[j][i] - mean) / (2 * deviation * deviation * deviation);
                dMean -= dNormalized / deviation;
                gradient[blocks.get(0).offset() + i] += dy[j][i] * (x[j][i] - mean) / deviation;
                gradient[blocks.get(1).offset() + i] += dy[j][i];
                gradient[blocks.get(2).offset() + i] += mean;
                gradient[blocks.get(3).offset() + i] += variance;
            }
            for (int j = 0; j < m; j++) {
                dx[j][i] = dy[j][i] * element(theta, blocks, 0, i) / deviation
                        + dVariance * 2 * (x[j][i] - mean) / m
                        + dMean / m;
            }
        }
        return dx;
    }

    private static void normalize(
            LayerSpec.BatchNorm norm,
            List<ParameterBlock> blocks,
            double[] theta,
            double[][] x,
            int i,
            double mean,
            double variance,
            double[][] y) {
        for (int j = 0; j < x.length; j++) {
            double normalized = (x[j][i] - mean) / Math.sqrt(variance + norm.epsilon());
            y[j][i] = element(theta, blocks, 0, i) * normalized + element(theta, blocks, 1, i);
        }
    }

    private static double mean(double[][] x, int i) {
        double sum = 0;
        for (double[] example : x) {
            sum += example[i];
        }
        return sum / x.length;
    }

    private static double variance(double[][] x, int i) {
        double mean = mean(x, i);
        double sum = 0;
        for (double[] example : x) {
            sum += (example[i] - mean) * (example[i] - mean);
        }
        return sum / x.length;
    }

    private static double element(double[] theta, List<ParameterBlock> blocks, int block, int i) {
        return theta[blocks.get(block).offset() + i];
    }

    private static double[][] like(double[][] x) {
        double[][] same = new double[x.length][];
        for (int j = 0; j < x.length; j++) {
            same[j] = new double[x[j].length];
        }
        return same;
    }
}
