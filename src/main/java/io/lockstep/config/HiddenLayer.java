package io.lockstep.config;

import io.lockstep.nn.Activation;
import java.io.Serializable;

/**
 * A dense hidden layer: A[l] = g(W[l]·A[l−1] + b[l]), with inverted dropout on A[l].
 *
 * @param units n[l], ≥ 1
 * @param activation g
 * @param dropout the rate of units dropped, 1 − keep_prob, in [0, 1)
 */
public record HiddenLayer(int units, Activation activation, double dropout) implements Serializable {

    /** @throws IllegalArgumentException if a value is out of its range */
    public HiddenLayer {
        Checks.require(units >= 1, "dense must be >= 1, is " + units);
        Checks.requireRate("dropout", dropout);
    }

    /** A layer without dropout. */
    public static HiddenLayer of(int units, Activation activation) {
        return new HiddenLayer(units, activation, Defaults.DROPOUT);
    }
}
