package io.lockstep.config;

/**
 * A number that judges a model on a data set. Where examples have weights (w, of {@code data.weight}), each counts as w
 * examples. Precision, recall and F1 = 2·hits/(predicted + observed) are 0 where nothing was predicted or observed.
 */
public enum EvaluationMetric implements Named {
    /** The mean loss per example, without regularization. */
    LOSS,
    /** The share of examples whose class, or all of whose labels, are predicted, in [0, 1]. */
    ACCURACY,
    /** 1 − accuracy. */
    ERROR,
    /** Of what was predicted, the share that is right: the mean over observed classes, weighted by how often they are. */
    PRECISION,
    /** Of what was observed, the share that was predicted; averaged as {@link #PRECISION}. */
    RECALL,
    /** Averaged as {@link #PRECISION}. */
    F1,
    /** The mean F1 over labels, or over classes that were observed or predicted. */
    F1_MACRO,
    /** The F1 of all labels counted together. */
    F1_MICRO,
    /** The share of an example's labels that are wrong. */
    HAMMING_LOSS,
    /** √(Σ(ŷ − y)²/m), in the target's units; of several outputs the mean, as the two below. */
    RMSE,
    /** Σ|ŷ − y|/m, in the target's units. */
    MAE,
    /** 1 − Σ(ŷ − y)²/Σ(y − ȳ)², at most 1. */
    R2;

    /** Whether a better model has the larger number. */
    public boolean higherIsBetter() {
        return switch (this) {
            case ACCURACY, PRECISION, RECALL, F1, F1_MACRO, F1_MICRO, R2 -> true;
            case LOSS, ERROR, HAMMING_LOSS, RMSE, MAE -> false;
        };
    }

    /** Whether the metric is defined for models of {@code task}. */
    public boolean fits(Task task) {
        return switch (this) {
            case LOSS -> true;
            case ERROR, PRECISION, RECALL, F1 -> task == Task.CLASSIFICATION;
            case ACCURACY, F1_MACRO -> task != Task.REGRESSION;
            case F1_MICRO, HAMMING_LOSS -> task == Task.MULTILABEL;
            case RMSE, MAE, R2 -> task == Task.REGRESSION;
        };
    }
}
