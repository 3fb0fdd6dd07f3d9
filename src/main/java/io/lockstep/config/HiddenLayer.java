package io.lockstep.config;

import io.lockstep.nn.Activation;
import java.io.Serializable;
import java.util.Optional;

/**
 * A dense hidden layer: A[l] = g(W[l]·A[l−1] + b[l]), with batch normalization before or after g, and inverted dropout on
 * what comes out.
 *
 * @param units n[l], ≥ 1
 * @param activation g
 * @param batchNorm empty for none
 * @param dropout the rate of units dropped, 1 − keep_prob, in [0, 1)
 */
public record HiddenLayer(int units, Activation activation, Optional<BatchNorm> batchNorm, double dropout)
        implements Serializable {

    /** @throws IllegalArgumentException if a value is out of its range */
    public HiddenLayer {
        Checks.require(units >= 1, "dense must be >= 1, is " + units);
        Checks.requireRate("dropout", dropout);
    }

    private Object writeReplace() {
        return SerialForm.of(this);
    }

    /** A layer without batch normalization. */
    public HiddenLayer(int units, Activation activation, double dropout) {
        this(units, activation, Optional.empty(), dropout);
    }

    /** A layer without batch normalization and dropout. */
    public static HiddenLayer of(int units, Activation activation) {
        return new HiddenLayer(units, activation, Defaults.BATCH_NORM, Defaults.DROPOUT);
    }
}
