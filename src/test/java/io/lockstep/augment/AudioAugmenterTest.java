package io.lockstep.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.augment.AugmentSpec.Geometry;
import io.lockstep.augment.AugmentSpec.Photometry;
import io.lockstep.augment.AugmentSpec.Sound;
import io.lockstep.augment.Draws.Parameter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AudioAugmenterTest {
    private static final int SAMPLES = 500;
    private static final int M = 200;

    /** Samples a second, so that 10 ms are 20 samples. */
    private static final double RATE = 2000;

    private static float[] augmented(Sound sound, double noise, Scaling scaling, float[] x) {
        float[] out = x.clone();
        AugmentSpec spec = new AugmentSpec(1, Geometry.NONE, Photometry.NONE, sound, noise);
        new Augmentation.Audio(spec, SAMPLES, RATE, scaling).augmenter().augment(out, x.length / SAMPLES, Images.PASS);
        return out;
    }

    @Test
    void nothingAskedForChangesNothingToTheBit() {
        float[] x = Images.random(M * SAMPLES, 1);
        Scaling scaling = new Scaling(new float[] {0.3f}, new float[] {0.7f});
        assertThat(augmented(Sound.NONE, 0, scaling, x)).containsExactly(x);
    }

    @Test
    void gainIsInDecibelAndSymmetric() {
        float[] x = Images.random(M * SAMPLES, 2);
        float[] out = augmented(new Sound(6, 0, 0), 0, Scaling.identity(), x);
        double least = 9;
        double most = -9;
        for (int j = 0; j < M; j++) {
            int loudest = j * SAMPLES;
            for (int i = 1; i < SAMPLES; i++) {
                loudest = x[j * SAMPLES + i] > x[loudest] ? j * SAMPLES + i : loudest;
            }
            double decibel = 20 * Math.log10(out[loudest] / (double) x[loudest]);
            assertThat(decibel).isCloseTo(Images.draws(j).within(Parameter.GAIN, 6), within(1e-5));
            for (int i = j * SAMPLES; i < (j + 1) * SAMPLES; i++) {
                assertThat((double) out[i]).isCloseTo(x[i] * Math.pow(10, decibel / 20), within(1e-5));
            }
            least = Math.min(least, decibel);
            most = Math.max(most, decibel);
        }
        assertThat(least).isBetween(-6.0, -5.5);
        assertThat(most).isBetween(5.5, 6.0);
    }

    @Test
    void aTimeShiftLetsSilenceIn() {
        float[] x = Images.random(M * SAMPLES, 3);
        float[] out = augmented(new Sound(0, 10, 0), 0, Scaling.identity(), x);
        boolean[] seen = new boolean[41];
        for (int j = 0; j < M; j++) {
            int by = Images.draws(j).wholeWithin(Parameter.TIME_SHIFT, 20);
            seen[by + 20] = true;
            for (int i = 0; i < SAMPLES; i++) {
                boolean silent = i - by < 0 || i - by >= SAMPLES;
                assertThat(out[j * SAMPLES + i]).isEqualTo(silent ? 0 : x[j * SAMPLES + i - by]);
            }
        }
        assertThat(seen).as("both ends come").contains(true).satisfies(s -> assertThat(s[0] && s[40])
                .isTrue());
    }

    @Test
    void aTimeMaskIsOneSilentStretch() {
        float[] x = Images.random(M * SAMPLES, 4);
        float[] out = augmented(new Sound(0, 0, 25), 0, Scaling.identity(), x);
        int longest = 0;
        for (int j = 0; j < M; j++) {
            int first = SAMPLES;
            int last = -1;
            for (int i = 0; i < SAMPLES; i++) {
                if (out[j * SAMPLES + i] != x[j * SAMPLES + i]) {
                    first = Math.min(first, i);
                    last = i;
                }
            }
            for (int i = first; i <= last; i++) {
                assertThat(out[j * SAMPLES + i]).isZero();
            }
            longest = Math.max(longest, last - first + 1);
        }
        assertThat(longest).isBetween(48, 50);
    }

    @Test
    void silenceIsZeroAsTheSoundWasReadAndNotAsItWasNormalized() {
        float[] x = new float[SAMPLES];
        Arrays.fill(x, 2f);
        float[] out = augmented(new Sound(0, 0, 250), 0, new Scaling(new float[] {3}, new float[] {2}), x);
        assertThat(out).contains(-1.5f, 2f);
    }

    @Test
    void aShiftAndAMaskAsLongAsTheSoundAreTaken() {
        float[] x = Images.random(M * SAMPLES, 5);
        float[] out = augmented(new Sound(0, 1e6, 1e6), 0, Scaling.identity(), x);
        assertThat(out).contains(0f);
    }

    @Test
    void noiseHasTheDeviationThatWasDrawn() {
        float[] out = augmented(Sound.NONE, 0.5, Scaling.identity(), new float[M * SAMPLES]);
        for (int j = 0; j < M; j++) {
            double squares = 0;
            for (int i = 0; i < SAMPLES; i++) {
                squares += out[j * SAMPLES + i] * out[j * SAMPLES + i];
            }
            double deviation = Images.draws(j).upTo(Parameter.NOISE, 0.5);
            // five standard errors of a deviation
            assertThat(Math.sqrt(squares / SAMPLES))
                    .isCloseTo(deviation, within(1e-9 + 5 * deviation / Math.sqrt(2.0 * SAMPLES)));
        }
    }
}
