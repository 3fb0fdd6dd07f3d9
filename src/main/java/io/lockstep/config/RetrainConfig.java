package io.lockstep.config;

import java.io.Serializable;
import java.util.Optional;

/**
 * How a registry's champion is challenged.
 *
 * @param start where the challenger's θ begins
 * @param data which training files it is trained on
 * @param metric what the two are compared by; empty: by the task
 * @param minimumGain that the challenger must have over the champion, in the metric's units, ≥ 0
 * @param significance the largest p of the paired test that still counts as better, in (0, 1]; at 1 the gain alone decides
 * @param keep how many versions stay, the newest, ≥ 2; the champion and the one before it always do
 */
public record RetrainConfig(
        Start start, Data data, Optional<EvaluationMetric> metric, double minimumGain, double significance, int keep)
        implements Serializable {

    /** Where θ begins. */
    public enum Start implements Named {
        /** At the champion's, in its encoding and normalization, where the new training fits it. */
        WARM,
        /** At random. */
        SCRATCH
    }

    /** Which training files. */
    public enum Data implements Named {
        /** All that {@code data.train} names. */
        ALL,
        /** Those that neither the champion nor the versions before it were trained on. */
        NEW
    }

    /** @throws IllegalArgumentException if a value is out of its range */
    public RetrainConfig {
        Checks.requireNotNegative("retrain.minimum_gain", minimumGain);
        Checks.require(
                significance > 0 && significance <= 1, "retrain.significance must be in (0, 1], is " + significance);
        Checks.require(keep >= 2, "retrain.keep must be >= 2, is " + keep);
        metric.ifPresent(each -> Checks.require(
                comparable(each), "retrain.metric: " + each.configName() + " is no metric of one example each"));
    }

    /** The metric that decides for {@code task}. */
    public EvaluationMetric metric(Task task) {
        return metric.orElse(
                switch (task) {
                    case CLASSIFICATION -> EvaluationMetric.ACCURACY;
                    case MULTILABEL -> EvaluationMetric.HAMMING_LOSS;
                    case REGRESSION -> EvaluationMetric.RMSE;
                });
    }

    /** Whether it is made of what each row contributes by itself, so that two models' rows can be paired. */
    static boolean comparable(EvaluationMetric metric) {
        return switch (metric) {
            case ACCURACY, ERROR, LOSS, HAMMING_LOSS, RMSE, MAE -> true;
            case PRECISION, RECALL, F1, F1_MACRO, F1_MICRO, R2 -> false;
        };
    }

    /** Whether models of {@code task} can be compared by it: two regressions may differ in what their losses are of. */
    static boolean comparable(EvaluationMetric metric, Task task) {
        return comparable(metric) && metric.fits(task) && !(metric == EvaluationMetric.LOSS && task == Task.REGRESSION);
    }

    private Object writeReplace() {
        return SerialForm.of(this);
    }
}
