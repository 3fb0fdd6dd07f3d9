package io.lockstep.nn;

import java.util.Locale;

/**
 * How the weights W[l] start; biases start at zero (notes, "Weight Initialization for Deep Networks"). n[l−1] is the
 * layer's fan-in, n[l] its units.
 */
public enum Initializer {
    /** {@link #HE} for relu and leaky_relu, {@link #XAVIER} for the others. */
    AUTO,
    /** N(0, 2/n[l−1]). */
    HE,
    /** N(0, 1/n[l−1]). */
    XAVIER,
    /** N(0, 2/(n[l−1] + n[l])). */
    GLOROT,
    /** 0.01 · N(0, 1). */
    SMALL_NORMAL,
    /** All zeros; keeps hidden units alike for ever, fit only for a net without hidden layers. */
    ZEROS;

    /** The name in the config, e.g. {@code small_normal}. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The standard deviation of the weights of a layer; {@code activation} is the one that follows it. */
    public double standardDeviation(int fanIn, int units, Activation activation) {
        return switch (this) {
            case AUTO ->
                switch (activation.kind()) {
                    case RELU, LEAKY_RELU -> HE.standardDeviation(fanIn, units, activation);
                    case IDENTITY, SIGMOID, TANH -> XAVIER.standardDeviation(fanIn, units, activation);
                };
            case HE -> Math.sqrt(2.0 / fanIn);
            case XAVIER -> Math.sqrt(1.0 / fanIn);
            case GLOROT -> Math.sqrt(2.0 / ((double) fanIn + units));
            case SMALL_NORMAL -> 0.01;
            case ZEROS -> 0;
        };
    }
}
