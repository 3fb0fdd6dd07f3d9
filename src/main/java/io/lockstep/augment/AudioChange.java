package io.lockstep.augment;

import io.lockstep.augment.Draws.Parameter;
import io.lockstep.math.RandomArrays;
import java.util.Arrays;

/** Augments sounds: gain, time shift, time mask. Silence is 0, in units of samples as they were read. */
final class AudioChange implements ExampleAugmenter.Change {
    private static final double LOG_10 = 2.302585092994046;

    private final AugmentSpec spec;
    private final int samples;
    private final int mostShift;
    private final int mostMasked;

    AudioChange(AugmentSpec spec, int samples, double rate) {
        this.spec = spec;
        this.samples = samples;
        this.mostShift = (int) Math.min(samples, Math.round(spec.sound().timeShift() * rate / 1000));
        this.mostMasked = (int) Math.min(samples, Math.round(spec.sound().timeMask() * rate / 1000));
    }

    @Override
    public void apply(float[] x, int offset, Draws draws, RandomArrays random) {
        if (spec.sound().gain() > 0) {
            double decibel = draws.within(Parameter.GAIN, spec.sound().gain());
            // not pow(10, …), which allocates
            float factor = (float) StrictMath.exp(decibel * LOG_10 / 20);
            for (int i = 0; i < samples; i++) {
                x[offset + i] *= factor;
            }
        }
        shift(x, offset, draws.wholeWithin(Parameter.TIME_SHIFT, mostShift));
        int masked = draws.wholeUpTo(Parameter.MASK_LENGTH, mostMasked);
        int start = offset + draws.wholeUpTo(Parameter.MASK_START, samples - masked);
        Arrays.fill(x, start, start + masked, 0f);
    }

    /** Later by {@code by} samples. */
    private void shift(float[] x, int offset, int by) {
        int kept = samples - Math.abs(by);
        if (by >= 0) {
            System.arraycopy(x, offset, x, offset + by, kept);
            Arrays.fill(x, offset, offset + by, 0f);
        } else {
            System.arraycopy(x, offset - by, x, offset, kept);
            Arrays.fill(x, offset + kept, offset + samples, 0f);
        }
    }
}
