package io.lockstep.config;

import java.io.Serializable;

/**
 * Batch normalization of a hidden layer.
 *
 * @param placement where
 * @param momentum of the running averages, in [0, 1): running ← momentum·running + (1−momentum)·value
 * @param epsilon ε &gt; 0 in x̂ = (x − μ)/√(σ² + ε)
 */
public record BatchNorm(Placement placement, double momentum, double epsilon) implements Serializable {

    /** Which side of the activation. */
    public enum Placement implements Named {
        /** Normalizes Z, as the paper does. */
        BEFORE,
        /** Normalizes A. */
        AFTER
    }

    /** @throws IllegalArgumentException if a value is out of its range */
    public BatchNorm {
        Checks.requireRate("batch_norm.momentum", momentum);
        Checks.require(
                epsilon > 0 && epsilon < Double.POSITIVE_INFINITY, "batch_norm.epsilon must be > 0, is " + epsilon);
    }

    /** With the usual momentum and ε. */
    public static BatchNorm of(Placement placement) {
        return new BatchNorm(placement, Defaults.BATCH_NORM_MOMENTUM, Defaults.BATCH_NORM_EPSILON);
    }
}
