package io.lockstep.config;

import java.io.Serializable;

/**
 * Training stops when {@code metric} on the dev set has not improved by more than {@code minImprovement} for
 * {@code patience} epochs; the weights of the last epoch that did are kept.
 *
 * @param patience epochs, ≥ 1
 * @param minImprovement over the best epoch so far, in the metric's units, ≥ 0; less counts as none
 * @param origin whether the user asked for it
 */
public record EarlyStopping(EvaluationMetric metric, int patience, double minImprovement, Origin origin)
        implements Serializable {

    /** Who asked for early stopping. */
    public enum Origin {
        /** The config says so: impossible without a dev set. */
        CONFIGURED,
        /** The config is silent: it applies where there is a dev set. */
        DEFAULT
    }

    /** @throws IllegalArgumentException if {@code patience} is below 1 or {@code minImprovement} below 0 */
    public EarlyStopping {
        Checks.require(patience >= 1, "early_stopping.patience must be >= 1, is " + patience);
        Checks.requireNotNegative("early_stopping.min_improvement", minImprovement);
    }

    /** Early stopping that the user asked for, on any improvement. */
    public EarlyStopping(EvaluationMetric metric, int patience) {
        this(metric, patience, 0, Origin.CONFIGURED);
    }

    /** Whether training without a dev set is a mistake. */
    public boolean needsDevSet() {
        return origin == Origin.CONFIGURED;
    }
}
