package io.lockstep.config;

import java.io.Serializable;

/**
 * Training stops when {@code metric} on the dev set has not improved for {@code patience} epochs; the best epoch's
 * weights are kept.
 *
 * @param patience epochs, ≥ 1
 * @param origin whether the user asked for it
 */
public record EarlyStopping(EvaluationMetric metric, int patience, Origin origin) implements Serializable {

    /** Who asked for early stopping. */
    public enum Origin {
        /** The config says so: impossible without a dev set. */
        CONFIGURED,
        /** The config is silent: it applies where there is a dev set. */
        DEFAULT
    }

    /** @throws IllegalArgumentException if {@code patience} is below 1 */
    public EarlyStopping {
        Checks.require(patience >= 1, "early_stopping.patience must be >= 1, is " + patience);
    }

    /** Early stopping that the user asked for. */
    public EarlyStopping(EvaluationMetric metric, int patience) {
        this(metric, patience, Origin.CONFIGURED);
    }

    /** Whether training without a dev set is a mistake. */
    public boolean needsDevSet() {
        return origin == Origin.CONFIGURED;
    }
}
