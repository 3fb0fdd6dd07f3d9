package io.lockstep.nn;

import java.io.Serializable;
import java.util.Locale;

/**
 * The activation function g of a layer (notes, "Activation Functions").
 *
 * @param kind which function
 * @param slope g'(z) for z &lt; 0 of {@code leaky_relu}; 0 for the others
 */
public record Activation(Kind kind, double slope) implements Serializable {

    /** The common slope of a leaky ReLU (notes, "Leaky ReLU"). */
    public static final double DEFAULT_LEAKY_SLOPE = 0.01;

    /** The functions by name. */
    public enum Kind {
        /** g(z) = z. */
        IDENTITY,
        /** g(z) = 1 / (1 + e^−z). */
        SIGMOID,
        /** g(z) = (e^z − e^−z) / (e^z + e^−z). */
        TANH,
        /** g(z) = max(0, z), with g'(0) = 0. */
        RELU,
        /** g(z) = z for z &gt; 0, else slope·z, with g'(0) = slope. */
        LEAKY_RELU;

        /** The name in the config and in {@code model.json}, e.g. {@code leaky_relu}. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Activation {
        if (kind != Kind.LEAKY_RELU && slope != 0) {
            throw new IllegalArgumentException("only leaky_relu has a slope");
        }
        if (!(slope >= 0 && slope < 1)) {
            throw new IllegalArgumentException("slope must be in [0, 1), is " + slope);
        }
    }

    /** The function with its usual parameter. */
    public static Activation of(Kind kind) {
        return new Activation(kind, kind == Kind.LEAKY_RELU ? DEFAULT_LEAKY_SLOPE : 0);
    }

    /** A leaky ReLU with {@code slope} below zero. */
    public static Activation leakyRelu(double slope) {
        return new Activation(Kind.LEAKY_RELU, slope);
    }
}
