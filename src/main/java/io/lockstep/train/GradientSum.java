package io.lockstep.train;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A leaf or node of the gradient's tree: sums over examples, with their count. It is divided by the count once, at the
 * root.
 */
final class GradientSum implements Serializable {
    private static final long serialVersionUID = 1L;

    private final transient float[] gradient;
    private double loss;
    private long examples;
    /** Whether the gradient is all zeros already. */
    private transient boolean zero;

    /** Takes the array over. */
    GradientSum(float[] gradient, double loss, long examples) {
        this.gradient = gradient;
        this.loss = loss;
        this.examples = examples;
    }

    /** Makes this the sum of no examples, for use anew. */
    GradientSum clear() {
        if (!zero) {
            Arrays.fill(gradient, 0);
        }
        zero = false;
        loss = 0;
        examples = 0;
        return this;
    }

    /** Says that whoever read the gradient last has left zeros behind, while it was in the cache. */
    void leftZero() {
        zero = true;
    }

    /** Adds what the slice of one shard came to, besides the gradient. */
    void count(double lossSum, long rows) {
        loss += lossSum;
        examples += rows;
    }

    /** Σ ∂L/∂θ, in θ's layout. */
    float[] gradient() {
        return gradient;
    }

    /** Σ L. */
    double loss() {
        return loss;
    }

    /** How many examples were summed. */
    long examples() {
        return examples;
    }

    /** Adds {@code right} in place. */
    GradientSum add(GradientSum right) {
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] += right.gradient[i];
        }
        loss += right.loss;
        examples += right.examples;
        return this;
    }

    private Object writeReplace() {
        return new Bytes(FloatBytes.of(gradient), loss, examples);
    }

    private void readObject(ObjectInputStream stream) throws InvalidObjectException {
        throw new InvalidObjectException("a gradient travels as bytes");
    }

    @SuppressWarnings("ArrayRecordComponent") // the serial form alone
    private record Bytes(byte[] gradient, double loss, long examples) implements Serializable {
        private Object readResolve() {
            return new GradientSum(FloatBytes.floats(gradient), loss, examples);
        }
    }
}
