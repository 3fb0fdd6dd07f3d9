package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTest {
    /** Both are sums of some hundred terms in float64. */
    private static final double ROUNDING = 1e-12;

    @Test
    void fewRowsAreCountedByTheBinomialDistribution() {
        for (int b = 0; b <= 40; b++) {
            for (int c = 0; c <= 40; c += 3) {
                McNemar test = McNemar.of(b, c);
                assertThat(test.test()).isEqualTo(Comparison.Test.MCNEMAR_EXACT);
                assertThat(test.p()).as("%d and %d", b, c).isCloseTo(exact(b, c), offset(ROUNDING));
            }
        }
        assertThat(McNemar.of(400, 600).p()).isCloseTo(exact(400, 600), offset(ROUNDING));
    }

    /** In whole numbers. */
    private static double exact(int b, int c) {
        int n = b + c;
        BigInteger tail = BigInteger.ZERO;
        BigInteger ways = BigInteger.ONE;
        for (int k = 0; k <= Math.min(b, c); k++) {
            tail = tail.add(ways);
            ways = ways.multiply(BigInteger.valueOf(n - k)).divide(BigInteger.valueOf(k + 1));
        }
        double p = new BigDecimal(tail.shiftLeft(1))
                .divide(new BigDecimal(BigInteger.ONE.shiftLeft(n)), MathContext.DECIMAL64)
                .doubleValue();
        return Math.min(1, p);
    }

    /** Quantiles of χ² with one degree of freedom, from tables: 2.70554, 3.84146, 6.63490, 10.8276. */
    @ParameterizedTest
    @CsvSource({"2.70554345, 0.1", "3.84145882, 0.05", "6.63489660, 0.01", "10.8275662, 0.001"})
    void manyRowsAreJudgedByChiSquareWithContinuityCorrection(double quantile, double p) {
        long rows = 4_000_000_000_000L;
        long distance = Math.round(Math.sqrt(quantile * rows)) + 1;
        distance += (rows - distance) % 2;
        McNemar test = McNemar.of((rows - distance) / 2, (rows + distance) / 2);
        assertThat(test.test()).isEqualTo(Comparison.Test.MCNEMAR_CHI_SQUARE);
        // the distance is a whole number of some millions
        assertThat(test.p()).isCloseTo(p, offset(p * 1e-5));
    }

    @Test
    void bothFormsAgreeWhereTheOneTakesOver() {
        for (int more : new int[] {0, 20, 60, 100}) {
            double exact = McNemar.of(500 - more / 2, 500 + more / 2).p();
            double many = McNemar.of(501 - more / 2, 501 + more / 2).p();
            // what the normal approximation of a thousand trials and two rows more may change
            assertThat(many).isCloseTo(exact, offset(0.002));
        }
        assertThat(McNemar.of(0, 0).p()).isEqualTo(1);
        assertThat(McNemar.of(1000, 1000).p()).isEqualTo(1);
    }
}
