package io.lockstep.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses of any size, and of logits at the ends of float. */
class LossEdgesTest {
    /** What double itself loses beside 1. */
    private static final double DOUBLE = 3e-16;

    static List<Loss> losses() {
        return Nets.LOSSES;
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aBatchIsTheSumOfItsExamplesInAnySize(Loss loss) {
        for (int n : new int[] {1, 15, 17, 1023}) {
            for (int m : new int[] {0, 1, 15, 17}) {
                Random random = new Random(n * 100 + m);
                int targets = loss.targets(n);
                float[] z = new float[n * m + 2];
                float[] y = new float[targets * m];
                for (int i = 0; i < z.length; i++) {
                    z[i] = (float) (3 * random.nextGaussian());
                }
                for (int i = 0; i < y.length; i++) {
                    y[i] = loss.isRegression() ? (float) random.nextGaussian() : random.nextInt(targets == 1 ? n : 2);
                    y[i] = loss.kind() == Loss.Kind.SIGMOID_CROSS_ENTROPY ? Math.min(1, y[i]) : y[i];
                }
                double expected = 0;
                float[] gradients = new float[n * m];
                for (int j = 0; j < m; j++) {
                    float[] example = Arrays.copyOfRange(z, j * n, (j + 1) * n);
                    float[] target = Arrays.copyOfRange(y, j * targets, (j + 1) * targets);
                    expected += loss.sum(example, target, n, 1);
                    loss.backward(example, target, n, 1);
                    System.arraycopy(example, 0, gradients, j * n, n);
                }
                float[] d = z.clone();
                // the same terms in another order
                assertThat(loss.sum(z, y, n, m)).isCloseTo(expected, within(1e-12 * (1 + expected)));
                assertThat(loss.backward(d, y, n, m)).isEqualTo(loss.sum(z, y, n, m));
                assertThat(Arrays.copyOf(d, n * m)).containsExactly(gradients);
                assertThat(Arrays.copyOfRange(d, n * m, n * m + 2))
                        .as("what lies behind")
                        .containsExactly(Arrays.copyOfRange(z, n * m, n * m + 2));
            }
        }
    }

    /** What cannot be computed must not look as if it had been: a divergence is known by a loss that is not finite. */
    @ParameterizedTest
    @MethodSource("losses")
    void anInfiniteLogitGivesTheTrueLossOrNoFiniteOne(Loss loss) {
        List<float[]> logits = new ArrayList<>();
        for (float edge : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
            logits.add(new float[] {edge, 1, -2});
            logits.add(new float[] {0, edge, edge});
        }
        for (float[] z : logits) {
            for (float[] y : new float[][] {{0, 1, 0}, {1, 0, 1}}) {
                double sum = loss.sum(z, y, 3, 1);
                float[] d = z.clone();
                double backward = loss.backward(d, y, 3, 1);
                String what = Arrays.toString(z) + " " + Arrays.toString(y);
                assertThat(Double.isFinite(backward)).as(what).isEqualTo(Double.isFinite(sum));
                if (Double.isFinite(sum)) {
                    // a class that is impossible and not the one: −log of what the others share
                    assertThat(loss).as(what).isEqualTo(Loss.SOFTMAX_CROSS_ENTROPY);
                    assertThat(z).as(what).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
                    double own = Math.exp(z[(int) y[0]]);
                    double all = Math.exp(z[0]) + Math.exp(z[1]) + Math.exp(z[2]);
                    assertThat(sum).as(what).isCloseTo(-Math.log(own / all), within(1e-12));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void denormalLogitsAreAsGoodAsZeros(Loss loss) {
        float[] tiny = {Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL / 4};
        float[] y = {1, 0, 1};
        assertThat(loss.sum(tiny, y, 3, 1)).isEqualTo(loss.sum(new float[3], y, 3, 1));
        float[] d = tiny.clone();
        float[] expected = new float[3];
        loss.backward(d, y, 3, 1);
        loss.backward(expected, y, 3, 1);
        assertThat(d).containsExactly(expected, within(Float.MIN_NORMAL));
    }

    /** A net that is sure and right has a gradient of e^−z, of which 1 − A in float would keep no digit. */
    @Test
    void theGradientOfAConfidentAnswerKeepsItsDigits() {
        for (float sure : new float[] {3, 12, 20, 33}) {
            float[] softmax = {sure, 0, -1};
            Loss.SOFTMAX_CROSS_ENTROPY.backward(softmax, new float[] {0}, 3, 1);
            double others = Math.exp(-sure) + Math.exp(-1 - sure);
            assertThat((double) softmax[0]).isCloseTo(-others / (1 + others), within(1e-6 * others + DOUBLE));
            float[] sigmoid = {sure, -sure};
            Loss.SIGMOID_CROSS_ENTROPY.backward(sigmoid, new float[] {1, 0}, 2, 1);
            double rest = Math.exp(-sure) / (1 + Math.exp(-sure));
            assertThat((double) sigmoid[0]).isCloseTo(-rest, within(1e-6 * rest + DOUBLE));
            assertThat((double) sigmoid[1]).isCloseTo(rest, within(1e-6 * rest + DOUBLE));
        }
    }
}
