package io.lockstep.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.augment.Draws.Parameter;
import io.lockstep.math.RandomArrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrawsTest {
    private static final int N = 40_000;

    @ParameterizedTest
    @EnumSource(Parameter.class)
    void whatHasASignIsUniformAndSymmetric(Parameter parameter) {
        Draws draws = new Draws(Images.PASS);
        double sum = 0;
        double squares = 0;
        double least = 9;
        double most = -9;
        for (int j = 0; j < N; j++) {
            draws.example(j);
            double value = draws.within(parameter, 3);
            sum += value;
            squares += value * value;
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        assertThat(least).isBetween(-3.0, -2.99);
        assertThat(most).isBetween(2.99, 3.0);
        // uniform in (−3, 3): variance 3, fourth moment 81/5; five standard errors
        assertThat(sum / N).isCloseTo(0, within(5 * Math.sqrt(3.0 / N)));
        assertThat(squares / N).isCloseTo(3, within(5 * Math.sqrt((81 / 5.0 - 9) / N)));
    }

    @Test
    void wholeNumbersAreAllAlike() {
        Draws draws = new Draws(Images.PASS);
        int[] counts = new int[5];
        int[] upwards = new int[3];
        for (int j = 0; j < N; j++) {
            draws.example(j);
            counts[draws.wholeWithin(Parameter.CROP_X, 2) + 2]++;
            upwards[draws.wholeUpTo(Parameter.MASK_START, 2)]++;
        }
        for (int count : counts) {
            assertThat((double) count / N).isCloseTo(0.2, within(5 * Math.sqrt(0.2 * 0.8 / N)));
        }
        for (int count : upwards) {
            assertThat((double) count / N).isCloseTo(1 / 3.0, within(5 * Math.sqrt(2 / 9.0 / N)));
        }
    }

    @Test
    void whatHasNoSignIsUniformFromZero() {
        Draws draws = new Draws(Images.PASS);
        double sum = 0;
        for (int j = 0; j < N; j++) {
            draws.example(j);
            double value = draws.upTo(Parameter.BLUR, 2);
            assertThat(value).isBetween(0.0, 2.0);
            sum += value;
        }
        assertThat(sum / N).isCloseTo(1, within(5 * Math.sqrt(1 / 3.0 / N)));
    }

    @Test
    void noTwoNumbersOfAnExampleOrOfTwoAreOne() {
        // but for flips, whatever is drawn is drawn from numbers of its own
        Set<Double> numbers = new HashSet<>();
        Draws draws = new Draws(Images.PASS);
        for (int j = 0; j < 50; j++) {
            draws.example(j);
            for (Parameter parameter : Parameter.values()) {
                numbers.add(draws.within(parameter, 1));
            }
        }
        assertThat(numbers).hasSize(50 * Parameter.values().length);
    }

    @Test
    void fieldsOfTwoExamplesShareNoNumber() {
        Draws draws = new Draws(Images.PASS);
        RandomArrays random = new RandomArrays();
        Set<Float> numbers = new HashSet<>();
        float[] field = new float[30];
        for (int j = 0; j < 20; j++) {
            draws.example(j);
            draws.field(random, field, 30);
            for (float number : field) {
                numbers.add(number);
            }
        }
        assertThat(numbers).hasSize(600);
    }
}
