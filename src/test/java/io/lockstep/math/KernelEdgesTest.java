package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ObjIntConsumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes beside those of SIMD registers, and numbers at the ends of float. */
class KernelEdgesTest {
    private static final float[] EDGES = {
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL / 2,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        0f,
        -0f
    };

    private static float[] values(int n) {
        Random random = new Random(n);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i % 3 == 0 ? EDGES[(i / 3) % EDGES.length] : (float) random.nextGaussian();
        }
        return values;
    }

    /** A kernel on n elements does to each what it does to it alone, in whatever lane of a register, and stops there. */
    private static void requireLanesAlike(int n, ObjIntConsumer<float[]> kernel) {
        float[] values = values(n + 5);
        // often enough for compiled code
        for (int repeat = 0; repeat < 300; repeat++) {
            float[] together = values.clone();
            kernel.accept(together, n);
            for (int i = 0; i < n; i++) {
                float[] alone = {values[i]};
                kernel.accept(alone, 1);
                assertThat(Float.floatToIntBits(together[i]))
                        .as("element %d, %s", i, values[i])
                        .isEqualTo(Float.floatToIntBits(alone[0]));
            }
            assertThat(Arrays.copyOfRange(together, n, n + 5)).containsExactly(Arrays.copyOfRange(values, n, n + 5));
            if (n == 1023 && repeat > 20) {
                break;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 17, 1023})
    void eachLaneOfAKernelDoesTheSame(int n) {
        requireLanesAlike(n, Elementwise::tanh);
        requireLanesAlike(n, Elementwise::sigmoid);
        requireLanesAlike(n, (x, count) -> Elementwise.scaleWhereNotPositive(x, x.clone(), 0.25f, count));
    }

    @Test
    void tanhAndSigmoidAtTheEndsOfFloat() {
        float[] t = EDGES.clone();
        float[] s = EDGES.clone();
        Elementwise.tanh(t, t.length);
        Elementwise.sigmoid(s, s.length);
        for (int i = 0; i < EDGES.length; i++) {
            if (Float.isNaN(EDGES[i])) {
                assertThat(t[i]).isNaN();
                assertThat(s[i]).isNaN();
                continue;
            }
            // the bounds that the functions state
            double tanh = Math.tanh(EDGES[i]);
            assertThat((double) t[i])
                    .as("tanh %s", EDGES[i])
                    .isCloseTo(tanh, Offset.offset(4e-7 * Math.abs(tanh) + 2e-43));
            assertThat((double) s[i])
                    .as("σ %s", EDGES[i])
                    .isCloseTo(1 / (1 + Math.exp(-(double) EDGES[i])), Offset.offset(2e-7));
        }
    }

    @Test
    void reluPassesADenormalsGradientAndStopsThatOfMinusInfinity() {
        float[] d = new float[EDGES.length];
        Arrays.fill(d, 2f);
        Elementwise.scaleWhereNotPositive(d, EDGES, 0f, d.length);
        assertThat(d).containsExactly(2, 0, Float.NaN, 2, 0, 2, 0, 2, 0, 0, 0);
    }

    @Test
    void anInfiniteGradientAtAnInactiveUnitIsNoNumber() {
        // 0·∞: the divergence shows instead of hiding behind a dead unit
        float[] d = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        Elementwise.scaleWhereNotPositive(d, new float[] {-1, 1}, 0f, 2);
        assertThat(d).containsExactly(Float.NaN, Float.NEGATIVE_INFINITY);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 17, 1023})
    void aMaskOfAnySizeIsTheStreamsNumbersOneByOne(int n) {
        RandomStream stream = RandomStream.of(5, Purpose.DROPOUT, 1, 2, 3, 4);
        float[] mask = new float[n + 3];
        Arrays.fill(mask, -1f);
        new RandomMask().fill(stream, 7, 0.4f, 2f, mask, n);
        for (int i = 0; i < n; i++) {
            assertThat(mask[i]).isEqualTo(stream.uniform(7 + i) < 0.4f ? 0f : 2f);
        }
        assertThat(Arrays.copyOfRange(mask, n, n + 3)).containsExactly(-1f, -1f, -1f);
    }

    @Test
    void sumsOfSquaresOfAnySizeAreThoseOfALoop() {
        for (int n : new int[] {0, 1, 15, 17, 1023, 4095, 4096, 4097, 8193}) {
            Random random = new Random(n);
            float[] x = new float[n];
            double expected = 0;
            for (int i = 0; i < n; i++) {
                x[i] = (float) random.nextGaussian();
                expected += (double) x[i] * x[i];
            }
            // the same terms in another order
            assertThat(ChunkedSum.ofSquares(x)).isCloseTo(expected, Offset.offset(1e-12 * expected));
        }
        assertThat(ChunkedSum.ofSquares(new float[] {1, Float.NaN, 1})).isNaN();
        assertThat(ChunkedSum.ofSquares(new float[] {1, Float.NEGATIVE_INFINITY, 1}))
                .isInfinite();
        double largest = Float.MAX_VALUE;
        assertThat(ChunkedSum.ofSquares(new float[] {Float.MAX_VALUE})).isEqualTo(largest * largest);
        assertThat(ChunkedSum.ofSquares(new float[] {Float.MIN_VALUE})).isGreaterThan(0);
    }
}
