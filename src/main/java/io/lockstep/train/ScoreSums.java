package io.lockstep.train;

import io.lockstep.config.EvaluationMetric;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;

/** The sums that a {@link Score} is made of, over some examples; they merge in the order of the shard tree. */
final class ScoreSums implements Serializable {
    private static final long serialVersionUID = 1L;

    private long examples;
    private double loss;
    private long correct;
    private double squaredError;
    private double absoluteError;
    /** Mean and Σ(y − mean)² of the targets, merged as in {@link io.lockstep.data.Moments}. */
    private double targetMean;

    private double targetM2;

    void addLoss(double sum) {
        loss += sum;
    }

    void addClassified(boolean right) {
        examples++;
        correct += right ? 1 : 0;
    }

    void addRegressed(double prediction, double target) {
        examples++;
        double error = prediction - target;
        squaredError += error * error;
        absoluteError += Math.abs(error);
        double delta = target - targetMean;
        targetMean += delta / examples;
        targetM2 += delta * (target - targetMean);
    }

    ScoreSums merge(ScoreSums other) {
        long total = examples + other.examples;
        if (total > 0) {
            double delta = other.targetMean - targetMean;
            double share = (double) other.examples / total;
            targetMean += delta * share;
            targetM2 += other.targetM2 + delta * delta * examples * share;
        }
        examples = total;
        loss += other.loss;
        correct += other.correct;
        squaredError += other.squaredError;
        absoluteError += other.absoluteError;
        return this;
    }

    Score classification() {
        Map<EvaluationMetric, Double> values = new EnumMap<>(EvaluationMetric.class);
        values.put(EvaluationMetric.LOSS, loss / examples);
        values.put(EvaluationMetric.ACCURACY, (double) correct / examples);
        return new Score(examples, values);
    }

    Score regression() {
        Map<EvaluationMetric, Double> values = new EnumMap<>(EvaluationMetric.class);
        values.put(EvaluationMetric.LOSS, loss / examples);
        values.put(EvaluationMetric.RMSE, Math.sqrt(squaredError / examples));
        values.put(EvaluationMetric.MAE, absoluteError / examples);
        values.put(EvaluationMetric.R2, targetM2 == 0 ? 0 : 1 - squaredError / targetM2);
        return new Score(examples, values);
    }
}
