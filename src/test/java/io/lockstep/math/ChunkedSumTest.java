package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedSumTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 12_345, 40_960})
    void theChunksSumsAddUpToTheWholeBitForBit(int n) {
        float[] x = values(n);
        double sum = 0;
        for (int from = 0; from < n; from += 4096) {
            sum += ChunkedSum.ofSquares(Arrays.copyOfRange(x, from, Math.min(n, from + 4096)));
        }
        assertThat(Double.doubleToRawLongBits(ChunkedSum.ofSquares(x))).isEqualTo(Double.doubleToRawLongBits(sum));
    }

    @Test
    void theSumIsThatOfTheSquares() {
        float[] x = values(12_345);
        double expected = 0;
        for (float value : x) {
            expected += (double) value * value;
        }
        // 12,345 additions of positive numbers in another order, each to 2⁻⁵³
        assertThat(ChunkedSum.ofSquares(x)).isCloseTo(expected, within(1e-11 * expected));
    }

    @Test
    void squaresThatAreTooLargeForAFloatAreNot() {
        assertThat(ChunkedSum.ofSquares(new float[] {1e30f, 1e30f})).isCloseTo(2e60, within(1e54));
    }

    @Test
    void whatIsNotFiniteShows() {
        assertThat(ChunkedSum.ofSquares(new float[] {1, Float.NaN, 2})).isNaN();
        assertThat(ChunkedSum.ofSquares(new float[] {1, Float.NEGATIVE_INFINITY}))
                .isInfinite();
    }

    private static float[] values(int n) {
        Random random = new Random(n);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian() * (1 + i % 100);
        }
        return x;
    }
}
