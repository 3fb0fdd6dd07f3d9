package io.lockstep.augment;

import java.util.Arrays;

/**
 * Smooths planes by a Gaussian, cut off at 3σ and of sum 1. It is separable: each column is filtered, the plane
 * transposed, and the same done again. A loop goes over a whole plane for one or two pairs of taps, so that the JIT
 * compiler makes SIMD code of it.
 */
final class GaussianFilter {
    private static final double CUT = 3;
    /** Below it nothing beside the middle is left of the Gaussian. */
    private static final double LEAST_SIGMA = 1e-3;

    private final int height;
    private final int width;
    private final float[] padded;
    private final float[] sums;
    private final float[] taps;
    private int radius;

    /** What lies beyond the plane. */
    enum Border {
        ZERO,
        /** The border's values go on. */
        REPLICATED
    }

    /** For planes (height, width) and σ up to {@code mostSigma}. */
    GaussianFilter(int height, int width, double mostSigma) {
        int mostRadius = radius(mostSigma);
        this.height = height;
        this.width = width;
        this.taps = new float[mostRadius + 1];
        this.padded = new float[Math.max((height + 2 * mostRadius) * width, (width + 2 * mostRadius) * height)];
        this.sums = new float[height * width];
        sigma(mostSigma);
    }

    private static int radius(double sigma) {
        return (int) Math.ceil(CUT * sigma);
    }

    /** Filters by this σ from now on. */
    void sigma(double sigma) {
        double s = Math.max(LEAST_SIGMA, sigma);
        radius = Math.min(taps.length - 1, radius(s));
        double sum = 0;
        for (int t = -radius; t <= radius; t++) {
            sum += StrictMath.exp(-0.5 * t * t / (s * s));
        }
        for (int t = 0; t <= radius; t++) {
            taps[t] = (float) (StrictMath.exp(-0.5 * t * t / (s * s)) / sum);
        }
    }

    /** plane ← G ∗ plane, in place; the plane (height, width) begins at {@code offset}. */
    void apply(float[] plane, int offset, Border border) {
        System.arraycopy(plane, offset, padded, radius * width, height * width);
        filterColumns(height, width, border);
        transpose(sums, 0, padded, radius * height, height, width);
        filterColumns(width, height, border);
        transpose(sums, 0, plane, offset, width, height);
    }

    /** sums ← each column of the plane (rows, columns) in the middle of {@code padded}, filtered. */
    private void filterColumns(int rows, int columns, Border border) {
        int n = rows * columns;
        int start = radius * columns;
        for (int t = 0; t < radius; t++) {
            int above = t * columns;
            int below = start + n + t * columns;
            if (border == Border.ZERO) {
                Arrays.fill(padded, above, above + columns, 0f);
                Arrays.fill(padded, below, below + columns, 0f);
            } else {
                System.arraycopy(padded, start, padded, above, columns);
                System.arraycopy(padded, start + n - columns, padded, below, columns);
            }
        }
        scale(sums, padded, start, taps[0], n);
        int t = 1;
        for (; t + 1 <= radius; t += 2) {
            int a = t * columns;
            int b = a + columns;
            addTwoPairs(sums, padded, start - a, start + a, taps[t], start - b, start + b, taps[t + 1], n);
        }
        if (t <= radius) {
            addPair(sums, padded, start - t * columns, start + t * columns, taps[t], n);
        }
    }

    private static void scale(float[] out, float[] p, int from, float k, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = k * p[from + i];
        }
    }

    private static void addPair(float[] out, float[] p, int above, int below, float k, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += k * (p[above + i] + p[below + i]);
        }
    }

    private static void addTwoPairs(
            float[] out, float[] p, int above1, int below1, float k1, int above2, int below2, float k2, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += k1 * (p[above1 + i] + p[below1 + i]) + k2 * (p[above2 + i] + p[below2 + i]);
        }
    }

    /** (rows, columns) becomes (columns, rows). */
    private static void transpose(float[] from, int fromOffset, float[] to, int toOffset, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                to[toOffset + j * rows + i] = from[fromOffset + i * columns + j];
            }
        }
    }
}
