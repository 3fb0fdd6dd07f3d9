package io.lockstep.train;

import io.lockstep.config.EvaluationMetric;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How a network does on a set of examples.
 *
 * @param examples how many
 * @param values the metrics of its task; those of a regression in the target's own units, but for the loss
 * @param byLabel the metrics of each label of a regression or a multilabel task; one that the set does not define is left
 *     out
 */
public record Score(long examples, Map<EvaluationMetric, Double> values, List<Map<EvaluationMetric, Double>> byLabel) {

    public Score {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
        byLabel = List.copyOf(byLabel);
    }

    /** Without those of each label. */
    public Score(long examples, Map<EvaluationMetric, Double> values) {
        this(examples, values, List.of());
    }

    /**
     * The value of a metric.
     *
     * @throws IllegalArgumentException if the metric is not one of the task's
     */
    public double value(EvaluationMetric metric) {
        Double value = values.get(metric);
        if (value == null) {
            throw new IllegalArgumentException("no " + metric.configName() + " among " + values.keySet());
        }
        return value;
    }
}
