package io.lockstep.augment;

import io.lockstep.nn.TrainingPass;
import java.util.Random;

/** The tests' own arithmetic on images: plain loops in double. */
final class Images {
    static final TrainingPass PASS = new TrainingPass(5, 2, 3, 1, 0);

    private Images() {}

    static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat();
        }
        return x;
    }

    /** What an example draws in {@link #PASS}. */
    static Draws draws(int example) {
        Draws draws = new Draws(PASS);
        draws.example(example);
        return draws;
    }

    /** A pixel of a plane, or the fill beyond it. */
    static double pixel(float[] x, int start, int height, int width, int row, int column, double fill) {
        boolean inside = row >= 0 && row < height && column >= 0 && column < width;
        return inside ? x[start + row * width + column] : fill;
    }

    /** Bilinear interpolation at (row, column). */
    static double bilinear(float[] x, int start, int height, int width, double row, double column, double fill) {
        int i = (int) Math.floor(row);
        int j = (int) Math.floor(column);
        double down = row - i;
        double right = column - j;
        return (1 - down) * (1 - right) * pixel(x, start, height, width, i, j, fill)
                + (1 - down) * right * pixel(x, start, height, width, i, j + 1, fill)
                + down * (1 - right) * pixel(x, start, height, width, i + 1, j, fill)
                + down * right * pixel(x, start, height, width, i + 1, j + 1, fill);
    }

    /** G_σ ∗ x, cut off at ⌈3σ⌉, in two dimensions at once; beyond the plane 0, or the border's values. */
    static double[] smooth(float[] x, int start, int height, int width, double sigma, GaussianFilter.Border border) {
        int r = (int) Math.ceil(3 * sigma);
        double[] out = new double[height * width];
        double norm = 0;
        for (int a = -r; a <= r; a++) {
            for (int b = -r; b <= r; b++) {
                norm += Math.exp(-(a * a + b * b) / (2 * sigma * sigma));
            }
        }
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                double sum = 0;
                for (int a = -r; a <= r; a++) {
                    for (int b = -r; b <= r; b++) {
                        boolean zero = border == GaussianFilter.Border.ZERO;
                        int row = zero ? i + a : Math.max(0, Math.min(height - 1, i + a));
                        int column = zero ? j + b : Math.max(0, Math.min(width - 1, j + b));
                        sum += Math.exp(-(a * a + b * b) / (2 * sigma * sigma))
                                * pixel(x, start, height, width, row, column, 0);
                    }
                }
                out[i * width + j] = sum / norm;
            }
        }
        return out;
    }
}
