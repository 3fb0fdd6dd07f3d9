package io.lockstep.augment;

import io.lockstep.augment.Draws.Parameter;
import io.lockstep.math.RandomArrays;
import io.lockstep.nn.TrainingPass;

/**
 * What all augmentations share: each example is chosen by chance, changed in units of values as they were read, and last
 * gets its noise.
 */
final class ExampleAugmenter implements Augmenter {
    private final AugmentSpec spec;
    private final int size;
    private final Scaler scaler;
    private final Change change;
    private final RandomArrays random;
    private final float[] noise;

    /** What is done to an example of one kind. */
    @FunctionalInterface
    interface Change {
        /**
         * Changes x[offset..], one example as it was read, in place.
         *
         * @param draws the example's random numbers
         * @param random makes arrays of them
         */
        void apply(float[] x, int offset, Draws draws, RandomArrays random);
    }

    /** Of examples of {@code size} features. */
    ExampleAugmenter(AugmentSpec spec, int size, Scaling scaling, Change change) {
        this.spec = spec;
        this.size = size;
        this.scaler = scaling.scaler(size);
        this.change = change;
        this.random = new RandomArrays();
        this.noise = new float[spec.noise() > 0 ? size : 0];
    }

    @Override
    public void augment(float[] x, int m, TrainingPass pass) {
        Draws draws = new Draws(pass);
        for (int j = 0; j < m; j++) {
            draws.example(j);
            if (draws.happens(Parameter.CHOSEN, spec.probability())) {
                int offset = j * size;
                scaler.toRaw(x, offset);
                change.apply(x, offset, draws, random);
                if (spec.noise() > 0) {
                    draws.noise(random, noise, size);
                    add(x, offset, (float) draws.upTo(Parameter.NOISE, spec.noise()));
                }
                scaler.toNormalized(x, offset);
            }
        }
    }

    private void add(float[] x, int offset, float deviation) {
        for (int i = 0; i < size; i++) {
            x[offset + i] += deviation * noise[i];
        }
    }
}
