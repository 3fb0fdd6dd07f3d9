package io.lockstep.augment;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomArrays;
import io.lockstep.math.RandomStream;
import io.lockstep.nn.TrainingPass;

/**
 * The random numbers of a pass: a few for each example by name, and arrays of them. An example's are found by its place
 * in the shard's slice, so that a slice in parts draws what the whole one does.
 */
final class Draws {
    /** Parameters have the stream's layer 0, fields 1, noise 2. */
    private static final int FIELD_LAYER = 1;

    private static final int NOISE_LAYER = 2;

    /** Numbers set aside for an example's parameters; {@link Parameter} has fewer. */
    private static final long PER_EXAMPLE = 32;

    /** What is drawn. The ids are part of what makes an old seed give an old model: append, never renumber. */
    enum Parameter {
        CHOSEN(0),
        FLIP_HORIZONTAL(1),
        FLIP_VERTICAL(2),
        SHIFT_X(3),
        SHIFT_Y(4),
        CROP_X(5),
        CROP_Y(6),
        ROTATE(7),
        SCALE(8),
        SHEAR_X(9),
        BLUR(10),
        BRIGHTNESS(11),
        CONTRAST(12),
        SATURATION(13),
        NOISE(14),
        GAIN(15),
        TIME_SHIFT(16),
        MASK_LENGTH(17),
        MASK_START(18);

        private final int id;

        Parameter(int id) {
            this.id = id;
        }
    }

    private final RandomStream parameters;
    private final RandomStream fields;
    private final RandomStream noise;
    private final int first;
    private long example;

    Draws(TrainingPass pass) {
        this.parameters = stream(pass, 0);
        this.fields = stream(pass, FIELD_LAYER);
        this.noise = stream(pass, NOISE_LAYER);
        this.first = pass.firstExample();
    }

    private static RandomStream stream(TrainingPass pass, int layer) {
        return RandomStream.of(pass.seed(), Purpose.AUGMENTATION, pass.epoch(), pass.step(), pass.shard(), layer);
    }

    /** From here on numbers are those of the pass's example {@code j}. */
    void example(int j) {
        example = (long) first + j;
    }

    private float uniform(Parameter parameter) {
        return parameters.uniform(example * PER_EXAMPLE + parameter.id);
    }

    /** Whether an event of this probability happened; one of probability 1 always does. */
    boolean happens(Parameter parameter, double probability) {
        return uniform(parameter) < probability;
    }

    /** Uniform in [0, most). */
    double upTo(Parameter parameter, double most) {
        return most * uniform(parameter);
    }

    /** Uniform in (−most, most), exactly symmetric. */
    double within(Parameter parameter, double most) {
        return most * (2.0 * uniform(parameter) - 1 + 0x1.0p-24);
    }

    /** One of −most … most, all alike. */
    int wholeWithin(Parameter parameter, int most) {
        return parameters.below(2 * most + 1, example * PER_EXAMPLE + parameter.id) - most;
    }

    /** One of 0 … most, all alike. */
    int wholeUpTo(Parameter parameter, int most) {
        return parameters.below(most + 1, example * PER_EXAMPLE + parameter.id);
    }

    /** The example's own n numbers of (−1, 1). */
    void field(RandomArrays random, float[] out, int n) {
        long blocks = (n + 3L) / 4;
        random.symmetric(fields, 4 * example * blocks, out, n);
    }

    /** The example's own n numbers of N(0, 1). */
    void noise(RandomArrays random, float[] out, int n) {
        random.normal(noise, example * n, out, n);
    }
}
