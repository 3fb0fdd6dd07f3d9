package io.lockstep.augment;

import io.lockstep.nn.Shape;
import java.io.Serializable;

/** All that an {@link Augmenter} is made from: a value that travels to the tasks. */
public sealed interface Augmentation extends Serializable {

    /** An augmenter with buffers of its own. */
    Augmenter augmenter();

    /** Leaves every example as it is. */
    static Augmentation none() {
        return new None();
    }

    /** Leaves every example as it is. */
    record None() implements Augmentation {
        @Override
        public Augmenter augmenter() {
            return (x, m, pass) -> {};
        }
    }

    /** Of images of {@code shape}. */
    record Image(AugmentSpec spec, Shape.Image shape, Scaling scaling) implements Augmentation {
        @Override
        public Augmenter augmenter() {
            return spec.changesImages()
                    ? new ExampleAugmenter(spec, shape.size(), scaling, new ImageChange(spec, shape))
                    : none().augmenter();
        }
    }

    /**
     * Of sounds.
     *
     * @param samples of a sound
     * @param rate samples a second
     */
    record Audio(AugmentSpec spec, int samples, double rate, Scaling scaling) implements Augmentation {
        @Override
        public Augmenter augmenter() {
            return spec.changesSounds()
                    ? new ExampleAugmenter(spec, samples, scaling, new AudioChange(spec, samples, rate))
                    : none().augmenter();
        }
    }
}
