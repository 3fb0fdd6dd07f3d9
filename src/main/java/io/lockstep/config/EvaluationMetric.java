package io.lockstep.config;

/** A number that judges a model on a data set. */
public enum EvaluationMetric implements Named {
    /** The mean loss per example, without regularization. */
    LOSS,
    /** The share of examples whose class is predicted, in [0, 1]. */
    ACCURACY,
    /** √(Σ(ŷ − y)²/m), in the target's units. */
    RMSE,
    /** Σ|ŷ − y|/m, in the target's units. */
    MAE,
    /** 1 − Σ(ŷ − y)²/Σ(y − ȳ)², at most 1. */
    R2;

    /** Whether a better model has the larger number. */
    public boolean higherIsBetter() {
        return switch (this) {
            case ACCURACY, R2 -> true;
            case LOSS, RMSE, MAE -> false;
        };
    }

    /** Whether the metric is defined for models of {@code task}. */
    public boolean fits(Task task) {
        return switch (this) {
            case LOSS -> true;
            case ACCURACY -> task == Task.CLASSIFICATION;
            case RMSE, MAE, R2 -> task == Task.REGRESSION;
        };
    }
}
