package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamTest {
    private static final int DRAWS = 200_000;

    // from kat_vectors of the Random123 distribution, philox 4x32 10 rounds
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
    })
    void philoxGivesTheKnownAnswersOfRandom123(String counter, String key, String answer) {
        int[] c = words(counter);
        int[] k = words(key);
        int[] out = new int[4];
        RandomStream.philox(c[0], c[1], c[2], c[3], k[0], k[1], out);
        assertThat(out).containsExactly(words(answer));
    }

    private static int[] words(String hex) {
        return Arrays.stream(hex.split(" "))
                .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
                .toArray();
    }

    @Test
    void theOrderOfAskingDoesNotMatter() {
        RandomStream forward = stream(7);
        int[] rising = new int[1000];
        for (int i = 0; i < rising.length; i++) {
            rising[i] = forward.bits(i);
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < rising.length; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(3));
        RandomStream shuffled = stream(7);
        for (int i : order) {
            assertThat(shuffled.bits(i)).as("bits(%d)", i).isEqualTo(rising[i]);
        }
    }

    @Test
    void eachCoordinateMakesAStreamOfItsOwn() {
        Set<List<Integer>> beginnings = new HashSet<>();
        int streams = 0;
        for (long seed : new long[] {0, 1, 2, -1, 1L << 32, Long.MIN_VALUE}) {
            for (Purpose purpose : Purpose.values()) {
                for (int coordinate = 0; coordinate < 4; coordinate++) {
                    for (int value = 1; value < 6; value++) {
                        int[] c = new int[4];
                        c[coordinate] = value;
                        RandomStream stream = RandomStream.of(seed, purpose, c[0], c[1], c[2], c[3]);
                        beginnings.add(List.of(stream.bits(0), stream.bits(1), stream.bits(2)));
                        streams++;
                    }
                }
            }
        }
        assertThat(beginnings).hasSize(streams);
    }

    @Test
    void neighbouringStreamsAreUncorrelated() {
        // |r| < 5/√n: five standard deviations
        for (RandomStream other : List.of(
                stream(8),
                RandomStream.of(7, Purpose.PERMUTATION, 1, 2, 3, 4),
                RandomStream.of(7, Purpose.DROPOUT, 2, 2, 3, 4),
                RandomStream.of(7, Purpose.DROPOUT, 1, 3, 3, 4),
                RandomStream.of(7, Purpose.DROPOUT, 1, 2, 4, 4),
                RandomStream.of(7, Purpose.DROPOUT, 1, 2, 3, 5))) {
            RandomStream one = stream(7);
            double products = 0;
            for (int i = 0; i < DRAWS; i++) {
                products += (one.uniform(i) - 0.5) * (other.uniform(i) - 0.5);
            }
            assertThat(products / DRAWS * 12).isBetween(-5 / Math.sqrt(DRAWS), 5 / Math.sqrt(DRAWS));
        }
    }

    @Test
    void uniformNumbersFillTheUnitIntervalEvenly() {
        RandomStream stream = stream(11);
        int[] cells = new int[100];
        double sum = 0;
        for (int i = 0; i < DRAWS; i++) {
            float u = stream.uniform(i);
            assertThat(u).isGreaterThanOrEqualTo(0f).isLessThan(1f);
            cells[(int) (u * 100)]++;
            sum += u;
        }
        // five standard deviations of a mean of n uniform numbers
        assertThat(sum / DRAWS).isBetween(0.5 - 5 / Math.sqrt(12.0 * DRAWS), 0.5 + 5 / Math.sqrt(12.0 * DRAWS));
        assertThat(chiSquare(cells, DRAWS)).isBetween(41.0, 184.0);
    }

    /** With 99 degrees of freedom: mean 99, standard deviation 14; 41 and 184 are beyond four and six of them. */
    private static double chiSquare(int[] cells, int draws) {
        double expected = (double) draws / cells.length;
        double sum = 0;
        for (int cell : cells) {
            sum += (cell - expected) * (cell - expected) / expected;
        }
        return sum;
    }

    @Test
    void gaussianNumbersHaveTheMomentsAndTheDistributionOfN01() {
        RandomStream stream = stream(12);
        double[] moments = new double[5];
        double[] draws = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            double g = stream.gaussian(i);
            draws[i] = g;
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(g, k) / DRAWS;
            }
        }
        // five standard errors; Var x = 1, Var x² = 2, Var x³ = 15, Var x⁴ = 96
        double root = Math.sqrt(DRAWS);
        assertThat(moments[1]).isBetween(-5 / root, 5 / root);
        assertThat(moments[2]).isBetween(1 - 5 * Math.sqrt(2) / root, 1 + 5 * Math.sqrt(2) / root);
        assertThat(moments[3]).isBetween(-5 * Math.sqrt(15) / root, 5 * Math.sqrt(15) / root);
        assertThat(moments[4]).isBetween(3 - 5 * Math.sqrt(96) / root, 3 + 5 * Math.sqrt(96) / root);

        // Kolmogorov–Smirnov: √n·D stays below 2.3 but once in 20,000 times
        Arrays.sort(draws);
        double greatest = 0;
        for (int i = 0; i < DRAWS; i++) {
            double cdf = normalCdf(draws[i]);
            greatest = Math.max(greatest, Math.max(cdf - (double) i / DRAWS, (i + 1.0) / DRAWS - cdf));
        }
        assertThat(root * greatest).isLessThan(2.3);
    }

    /** Abramowitz and Stegun 26.2.17, |error| &lt; 7.5·10⁻⁸. */
    private static double normalCdf(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double polynomial =
                t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        double upper = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * polynomial;
        return x > 0 ? 1 - upper : upper;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 1000, Integer.MAX_VALUE})
    void belowStaysInRange(int bound) {
        RandomStream stream = stream(13);
        for (int i = 0; i < 10_000; i++) {
            assertThat(stream.below(bound, i)).isBetween(0, bound - 1);
        }
    }

    @Test
    void belowIsUniform() {
        RandomStream stream = stream(14);
        int[] cells = new int[100];
        for (int i = 0; i < DRAWS; i++) {
            cells[stream.below(100, i)]++;
        }
        assertThat(chiSquare(cells, DRAWS)).isBetween(41.0, 184.0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aBoundThatIsNotPositiveIsRefused(int bound) {
        assertThatThrownBy(() -> stream(1).below(bound, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bound must be positive, is " + bound);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 1000})
    void aPermutationHoldsEachNumberOnce(int n) {
        int[] sorted = stream(15).permutation(n);
        Arrays.sort(sorted);
        int[] expected = new int[n];
        for (int i = 0; i < n; i++) {
            expected[i] = i;
        }
        assertThat(sorted).containsExactly(expected);
    }

    @Test
    void allPermutationsOfFourAreEquallyLikely() {
        int[] cells = new int[256];
        int draws = 24_000;
        for (int seed = 0; seed < draws; seed++) {
            int code = 0;
            for (int i : stream(seed).permutation(4)) {
                code = code * 4 + i;
            }
            cells[code]++;
        }
        int[] drawn = Arrays.stream(cells).filter(cell -> cell > 0).toArray();
        assertThat(drawn).hasSize(24);
        // 23 degrees of freedom, standard deviation 6.8: five of them
        assertThat(chiSquare(drawn, draws)).isLessThan(23 + 5 * 6.8);
    }

    private static RandomStream stream(long seed) {
        return RandomStream.of(seed, Purpose.DROPOUT, 1, 2, 3, 4);
    }
}
