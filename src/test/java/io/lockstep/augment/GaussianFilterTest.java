package io.lockstep.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussianFilterTest {
    /** Some seventy additions of numbers in [0, 1): 70 · 2⁻²⁴. */
    private static final double TOLERANCE = 5e-6;

    @ParameterizedTest
    @CsvSource({"28, 28, 4", "5, 9, 0.7", "9, 5, 1.4", "1, 13, 2", "13, 1, 2", "1, 1, 1", "3, 4, 6", "16, 17, 0.3"})
    void itIsTheConvolutionInTwoDimensions(int height, int width, double sigma) {
        for (GaussianFilter.Border border : GaussianFilter.Border.values()) {
            float[] x = Images.random(height * width + 3, 4);
            double[] expected = Images.smooth(x, 2, height, width, sigma, border);
            float[] original = x.clone();
            new GaussianFilter(height, width, sigma).apply(x, 2, border);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) x[2 + i]).as("%s %d", border, i).isCloseTo(expected[i], within(TOLERANCE));
            }
            assertThat(new float[] {x[0], x[1], x[x.length - 1]})
                    .as("what lies around")
                    .containsExactly(original[0], original[1], original[x.length - 1]);
        }
    }

    @Test
    void aSmallerSigmaLeavesNothingOfALargerOne() {
        GaussianFilter filter = new GaussianFilter(11, 7, 3);
        float[] once = Images.random(77, 5);
        filter.apply(once, 0, GaussianFilter.Border.REPLICATED);
        float[] x = Images.random(77, 6);
        float[] same = x.clone();
        filter.sigma(0.8);
        filter.apply(x, 0, GaussianFilter.Border.REPLICATED);
        new GaussianFilter(11, 7, 0.8).apply(same, 0, GaussianFilter.Border.REPLICATED);
        assertThat(x).containsExactly(same);
    }

    @Test
    void noSigmaIsTheIdentityToTheBit() {
        GaussianFilter filter = new GaussianFilter(4, 6, 2);
        filter.sigma(0);
        float[] x = Images.random(24, 7);
        float[] original = x.clone();
        filter.apply(x, 0, GaussianFilter.Border.REPLICATED);
        assertThat(x).containsExactly(original);
    }

    @Test
    void aPlaneOfOneValueKeepsIt() {
        float[] x = new float[30];
        Arrays.fill(x, 3f);
        new GaussianFilter(5, 6, 1.3).apply(x, 0, GaussianFilter.Border.REPLICATED);
        for (float value : x) {
            assertThat(value).isCloseTo(3f, within(3e-6f));
        }
    }
}
