package io.lockstep.train;

import io.lockstep.config.EvaluationMetric;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How a network does on a set of examples.
 *
 * @param examples how many
 * @param values the metrics of its task; those of a regression in the target's own units, but for the loss
 */
public record Score(long examples, Map<EvaluationMetric, Double> values) {

    public Score {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
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
