package io.lockstep.eval;

/**
 * The weight of negative and positive examples by bins of their scores, where the scores themselves would be too many. Bins
 * are as wide as a share of p, or of 1 − p where p is above ½, so that they are fine where the scores of rare or easy classes
 * crowd: 2⁻⁹ of it, of more than 64 rankings 2⁻⁵.
 */
final class BinnedScores extends BinnedRanks {
    private static final long serialVersionUID = 1L;

    private static final int MANTISSA_BITS = 23;
    private static final int FINE_BITS = 9;
    private static final int COARSE_BITS = 5;
    private static final int MOST_FINE = 64;

    private final Scored scored;
    private final int shift;

    BinnedScores(Scored scored, int rankings) {
        super(rankings);
        this.scored = scored;
        this.shift = MANTISSA_BITS - (rankings <= MOST_FINE ? FINE_BITS : COARSE_BITS);
    }

    /** The bin of a score; bins of greater scores are greater, and that of NaN is −1. */
    private int bin(float score) {
        if (Float.isNaN(score)) {
            return -1;
        }
        if (score < 0.5f) {
            return Float.floatToRawIntBits(score) >> shift;
        }
        // 1 − p of such a p is exact
        return Integer.MAX_VALUE - (Float.floatToRawIntBits(1 - score) >> shift);
    }

    @Override
    public void add(float[] outputs, int from, float[] targets, int target, float w) {
        WeightBins[] open = open();
        for (int r = 0; r < open.length; r++) {
            boolean positive = scored.isPositive(targets, target, r);
            open[r].add(bin(scored.score(outputs, from, r)), positive ? 0 : w, positive ? w : 0);
        }
    }

    /** Whether all scores were numbers. */
    static boolean isDefined(WeightBins bins) {
        int[] keys = bins.sortedKeys();
        return keys.length > 0 && keys[0] >= 0;
    }
}
