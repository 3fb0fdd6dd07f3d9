package io.lockstep.math;

/**
 * Sums over θ in fixed chunks: the sums of the chunks, wherever each was computed, added one after another in their order
 * have the same bits as the sum of the whole.
 */
public final class ChunkedSum {
    /** Elements of a chunk. */
    public static final int CHUNK = 4096;

    private ChunkedSum() {}

    /** Σ x², in double. */
    public static double ofSquares(float[] x) {
        double sum = 0;
        for (int from = 0; from < x.length; from += CHUNK) {
            sum += ofSquares(x, from, Math.min(x.length, from + CHUNK));
        }
        return sum;
    }

    /** Σ x² over [from, to), one chunk or less. */
    public static double ofSquares(float[] x, int from, int to) {
        // four sums at once: one alone would wait for each addition before the next
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = from;
        for (; i < to - 3; i += 4) {
            sum0 += (double) x[i] * x[i];
            sum1 += (double) x[i + 1] * x[i + 1];
            sum2 += (double) x[i + 2] * x[i + 2];
            sum3 += (double) x[i + 3] * x[i + 3];
        }
        for (; i < to; i++) {
            sum0 += (double) x[i] * x[i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }
}
