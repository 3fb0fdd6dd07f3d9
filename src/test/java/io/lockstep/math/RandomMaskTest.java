package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mask drawn in bulk against the stream asked for one number after another. */
class RandomMaskTest {
    private static final float KEPT = 1.75f;

    private static RandomStream stream() {
        return RandomStream.of(-77, Purpose.DROPOUT, 3, 0x8000_0001, 5, 6);
    }

    private static float[] oneByOne(long first, float rate, int n) {
        RandomStream stream = stream();
        float[] mask = new float[n];
        for (int i = 0; i < n; i++) {
            mask[i] = stream.uniform(first + i) < rate ? 0f : KEPT;
        }
        return mask;
    }

    /** Lengths beside the four words of a block and beside the blocks drawn together; the last index there is. */
    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "0, 4",
        "1, 1",
        "1, 2",
        "1, 3",
        "1, 4",
        "2, 7",
        "3, 1",
        "3, 2",
        "3, 9",
        "4, 5",
        "5, 1000",
        "0, 4095",
        "0, 4096",
        "0, 4097",
        "1, 4095",
        "1, 4096",
        "2, 4095",
        "3, 4093",
        "3, 4094",
        "3, 12291",
        "7, 20001",
        "8589934587, 9999",
        "17179869179, 5"
    })
    void eachElementIsWhatTheStreamSays(long first, int n) {
        RandomMask random = new RandomMask();
        for (float rate : new float[] {0.5f, 0.1f, 0.999f}) {
            float[] mask = new float[n + 2];
            Arrays.fill(mask, -1f);
            random.fill(stream(), first, rate, KEPT, mask, n);
            assertThat(Arrays.copyOf(mask, n)).as("rate %s", rate).containsExactly(oneByOne(first, rate, n));
            assertThat(Arrays.copyOfRange(mask, n, n + 2))
                    .as("what lies behind")
                    .containsExactly(-1f, -1f);
        }
    }

    @Test
    void aNumberEqualToTheRateIsKeptAndTheNextGreaterRateDropsIt() {
        float number = stream().uniform(6);
        float[] mask = new float[1];
        RandomMask random = new RandomMask();
        random.fill(stream(), 6, number, KEPT, mask, 1);
        assertThat(mask).containsExactly(KEPT);
        random.fill(stream(), 6, Math.nextUp(number), KEPT, mask, 1);
        assertThat(mask).containsExactly(0f);
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, Float.MIN_VALUE, 0x1.0p-25f, 0.99999994f})
    void theSmallestAndTheGreatestRatesAreThoseOfTheStream(float rate) {
        float[] mask = new float[50_000];
        new RandomMask().fill(stream(), 0, rate, KEPT, mask, mask.length);
        assertThat(mask).containsExactly(oneByOne(0, rate, mask.length));
    }

    @Test
    void compiledCodeGivesTheBitsOfInterpretedCode() {
        // the first call is interpreted, after thousands the loops are compiled to SIMD code
        RandomMask random = new RandomMask();
        float[] first = new float[5001];
        random.fill(stream(), 3, 0.3f, KEPT, first, first.length);
        float[] again = new float[first.length];
        for (int i = 0; i < 3000; i++) {
            random.fill(stream(), 3 + i, 0.3f, KEPT, again, again.length);
        }
        random.fill(stream(), 3, 0.3f, KEPT, again, again.length);
        assertThat(again).containsExactly(first);
    }
}
