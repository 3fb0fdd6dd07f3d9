package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomArraysTest {
    private static RandomStream stream() {
        return RandomStream.of(9, Purpose.AUGMENTATION, 3, 70_000, 5, 1);
    }

    @Test
    void symmetricNumbersAreThoseOfTheStreamOneByOne() {
        RandomArrays random = new RandomArrays();
        for (int n : new int[] {1, 3, 4, 1570, 4096, 4097, 9001}) {
            float[] numbers = new float[n + 2];
            Arrays.fill(numbers, 7f);
            random.symmetric(stream(), 40, numbers, n);
            for (int i = 0; i < n; i++) {
                double exact = 2.0 * stream().uniform(40 + i) - 1 + Math.pow(2, -24);
                assertThat((double) numbers[i]).isEqualTo(exact);
            }
            assertThat(Arrays.copyOfRange(numbers, n, n + 2))
                    .as("what lies behind")
                    .containsExactly(7f, 7f);
        }
        assertThatThrownBy(() -> random.symmetric(stream(), 2, new float[4], 4))
                .hasMessage("numbers begin with a block of four, not at 2");
    }

    @Test
    void normalNumbersAreSumsOfTwelveBytesOfTheStream() {
        float[] numbers = new float[2500];
        new RandomArrays().normal(stream(), 11, numbers, numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            int sum = 0;
            for (int word = 0; word < 3; word++) {
                for (int shift = 0; shift < 32; shift += 8) {
                    sum += (stream().bits(4L * (11 + i) + word) >>> shift) & 255;
                }
            }
            assertThat(numbers[i]).isEqualTo((sum - 12 * 127.5f) / 256);
        }
    }

    @Test
    void normalNumbersAreDistributedAsTheyShould() {
        int n = 1_000_000;
        float[] numbers = new float[n];
        new RandomArrays().normal(stream(), 0, numbers, n);
        double sum = 0;
        double squares = 0;
        int belowMinusOne = 0;
        int aboveTwo = 0;
        for (float number : numbers) {
            sum += number;
            squares += number * number;
            belowMinusOne += number < -1 ? 1 : 0;
            aboveTwo += number > 2 ? 1 : 0;
        }
        // five standard errors of a mean, a variance and of shares; the shares are Φ's to within 0.003
        assertThat(sum / n).isCloseTo(0, within(5 / Math.sqrt(n)));
        assertThat(squares / n).isCloseTo(1, within(5 * Math.sqrt(2.0 / n)));
        assertThat((double) belowMinusOne / n).isCloseTo(0.158655, within(0.003 + 5 * 0.37 / Math.sqrt(n)));
        assertThat((double) aboveTwo / n).isCloseTo(0.02275, within(0.003 + 5 * 0.15 / Math.sqrt(n)));
    }

    @Test
    void compiledCodeGivesTheBitsOfInterpretedCode() {
        RandomArrays random = new RandomArrays();
        float[] first = new float[3000];
        float[] firstNormal = new float[3000];
        random.symmetric(stream(), 8, first, 3000);
        random.normal(stream(), 8, firstNormal, 3000);
        float[] again = new float[3000];
        for (int i = 0; i < 3000; i++) {
            random.symmetric(stream(), 4L * i, again, 3000);
            random.normal(stream(), i, again, 3000);
        }
        random.symmetric(stream(), 8, again, 3000);
        assertThat(again).containsExactly(first);
        random.normal(stream(), 8, again, 3000);
        assertThat(again).containsExactly(firstNormal);
    }
}
