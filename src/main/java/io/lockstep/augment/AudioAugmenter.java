package io.lockstep.augment;

import io.lockstep.augment.Draws.Parameter;
import io.lockstep.math.RandomArrays;
import io.lockstep.nn.TrainingPass;
import java.util.Arrays;

/** Augments sounds: gain, time shift, time mask, noise. Silence is 0, in units of samples as they were read. */
final class AudioAugmenter implements Augmenter {
    private static final double LOG_10 = 2.302585092994046;

    private final AugmentSpec spec;
    private final int samples;
    private final int mostShift;
    private final int mostMasked;
    private final Scaler scaler;
    private final RandomArrays random = new RandomArrays();
    private final float[] noise;

    AudioAugmenter(AugmentSpec spec, int samples, double rate, Scaling scaling) {
        this.spec = spec;
        this.samples = samples;
        this.mostShift = (int) Math.min(samples, Math.round(spec.sound().timeShift() * rate / 1000));
        this.mostMasked = (int) Math.min(samples, Math.round(spec.sound().timeMask() * rate / 1000));
        this.scaler = scaling.scaler(samples);
        this.noise = new float[spec.noise() > 0 ? samples : 0];
    }

    @Override
    public void augment(float[] x, int m, TrainingPass pass) {
        Draws draws = new Draws(pass);
        for (int j = 0; j < m; j++) {
            draws.example(j);
            if (draws.happens(Parameter.CHOSEN, spec.probability())) {
                scaler.toRaw(x, j * samples);
                augment(x, j * samples, draws);
                scaler.toNormalized(x, j * samples);
            }
        }
    }

    private void augment(float[] x, int offset, Draws draws) {
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
        if (spec.noise() > 0) {
            draws.noise(random, noise, samples);
            ImageAugmenter.add(x, offset, noise, (float) draws.upTo(Parameter.NOISE, spec.noise()), samples);
        }
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
