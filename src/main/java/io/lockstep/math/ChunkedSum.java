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
        double chunk = 0;
        for (int i = from; i < to; i++) {
            chunk += (double) x[i] * x[i];
        }
        return chunk;
    }
}
