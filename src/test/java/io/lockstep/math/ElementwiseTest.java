package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
    /** Every float of a coarse grid over all magnitudes, both signs, and random ones where the functions bend. */
    private static float[] arguments() {
        Random random = new Random(7);
        float[] x = new float[200_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 2 == 0
                    ? (float) (random.nextGaussian() * 4)
                    : (float) ((i % 4 == 1 ? 1 : -1) * Math.pow(10, -30 + 60 * random.nextDouble()));
        }
        return x;
    }

    @Test
    void tanhIsWithinFourTenMillionthsOfItsValue() {
        float[] x = arguments();
        float[] y = x.clone();
        Elementwise.tanh(y, y.length);
        for (int i = 0; i < x.length; i++) {
            double expected = Math.tanh(x[i]);
            assertThat(Math.abs(y[i] - expected)).as("tanh %s", x[i]).isLessThanOrEqualTo(4e-7 * Math.abs(expected));
            assertThat(Math.abs(y[i])).isLessThanOrEqualTo(1f);
        }
    }

    @Test
    void sigmoidIsWithinTwoTenMillionths() {
        float[] x = arguments();
        float[] y = x.clone();
        Elementwise.sigmoid(y, y.length);
        for (int i = 0; i < x.length; i++) {
            assertThat((double) y[i]).as("σ %s", x[i]).isCloseTo(1 / (1 + Math.exp(-(double) x[i])), within(2e-7));
            assertThat(y[i]).isBetween(0f, 1f);
        }
    }

    @Test
    void infinitiesSaturateAndNaNStays() {
        float[] x = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 0f};
        float[] t = x.clone();
        Elementwise.tanh(t, 4);
        assertThat(t[0]).isCloseTo(1f, within(4e-7f));
        assertThat(t[1]).isCloseTo(-1f, within(4e-7f));
        assertThat(t[2]).isNaN();
        assertThat(t[3]).isZero();
    }

    @Test
    void gradientsPassWhereTheUnitIsActive() {
        float tiny = Float.MIN_VALUE;
        float[] a = {2, tiny, 0f, -0f, -tiny, -3, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float[] kept = {1, 2, 3, 4, 5, 6, 7, 8};
        Elementwise.scaleWhereNotPositive(kept, a, 0f, a.length);
        assertThat(kept).containsExactly(1, 2, 0, 0, 0, 0, 7, 0);
        float[] scaled = {1, 2, 3, 4, -5, 6, 7, 8};
        Elementwise.scaleWhereNotPositive(scaled, a, 0.5f, a.length);
        assertThat(scaled).containsExactly(1, 2, 1.5f, 2, -2.5f, 3, 7, 4);
    }

    @Test
    void aNaNIsNoUnitThatIsMerelyInactive() {
        float[] d = {Float.NaN, Float.NaN, 1};
        Elementwise.scaleWhereNotPositive(d, new float[] {1, 0, Float.NaN}, 0f, 3);
        assertThat(d).containsExactly(Float.NaN, Float.NaN, Float.NaN);
    }

    @Test
    void whatLiesBehindIsLeftAlone() {
        float[] x = {1, 1, 1};
        Elementwise.tanh(x, 1);
        Elementwise.sigmoid(x, 2);
        assertThat(x[2]).isEqualTo(1f);
    }

    @Test
    void compiledCodeGivesTheBitsOfInterpretedCode() {
        // the first calls are interpreted, after thousands the loop is compiled to SIMD code
        float[] first = arguments();
        Elementwise.tanh(first, 1000);
        float[] again = arguments();
        for (int i = 0; i < 20_000; i++) {
            again = i % 100 == 0 ? arguments() : again;
            Elementwise.tanh(again, 10);
        }
        again = arguments();
        Elementwise.tanh(again, 1000);
        assertThat(again).isEqualTo(first);
    }

    private static Offset<Double> within(double offset) {
        return Offset.offset(offset);
    }

    private static Offset<Float> within(float offset) {
        return Offset.offset(offset);
    }
}
