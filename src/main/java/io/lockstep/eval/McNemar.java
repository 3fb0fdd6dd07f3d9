package io.lockstep.eval;

import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.special.Erf;

/**
 * McNemar's test: of the rows that only one of two models has right, were both equally good, each model would have half. With
 * b and c such rows the two-sided p is
 *
 * <p>2·P(X ≤ min(b, c)), X binomial of b + c trials at ½, up to {@value #MOST_EXACT} rows; above
 *
 * <p>P(χ²₁ ≥ (|b − c| − 1)²/(b + c)), with Edwards' continuity correction.
 *
 * @param p in [0, 1]; 1 without such rows
 * @see <a href="https://doi.org/10.1007/BF02295996">McNemar 1947</a>
 * @see <a href="https://doi.org/10.1162/089976698300017197">Dietterich 1998, Approximate Statistical Tests for Comparing
 *     Supervised Classification Learning Algorithms</a>
 */
record McNemar(Comparison.Test test, double p) {
    private static final int MOST_EXACT = 1000;

    /** The test of {@code b} and {@code c} rows that only the one and only the other has right. */
    static McNemar of(long b, long c) {
        long rows = Math.addExact(b, c);
        if (rows == 0) {
            return new McNemar(Comparison.Test.MCNEMAR_EXACT, 1);
        }
        if (rows <= MOST_EXACT) {
            BinomialDistribution half = new BinomialDistribution(null, (int) rows, 0.5);
            return new McNemar(
                    Comparison.Test.MCNEMAR_EXACT, Math.min(1, 2 * half.cumulativeProbability((int) Math.min(b, c))));
        }
        double distance = Math.max(0, Math.abs(b - c) - 1);
        // P(χ²₁ ≥ x) = erfc(√(x/2))
        return new McNemar(Comparison.Test.MCNEMAR_CHI_SQUARE, Erf.erfc(distance / Math.sqrt(2.0 * rows)));
    }
}
