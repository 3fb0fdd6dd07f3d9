package io.lockstep.math;

/**
 * Sums over θ in fixed chunks: a part of θ that is cut at chunk borders gives partial sums whose total, in order, has the
 * same bits as the whole.
 */
public final class ChunkedSum {
    /** Elements of a chunk. */
    public static final int CHUNK = 4096;

    private ChunkedSum() {}

    /** Σ x², in double. */
    public static double ofSquares(float[] x) {
        double sum = 0;
        for (int from = 0; from < x.length; from += CHUNK) {
            int to = Math.min(x.length, from + CHUNK);
            double chunk = 0;
            for (int i = from; i < to; i++) {
                chunk += (double) x[i] * x[i];
            }
            sum += chunk;
        }
        return sum;
    }
}
