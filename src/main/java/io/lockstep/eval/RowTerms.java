package io.lockstep.eval;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.data.Shard;
import io.lockstep.data.ShardTask;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.train.ShardInference;
import java.io.Serializable;
import java.util.List;

/**
 * What each row contributes to a metric under one model: for {@code rmse} the squared error of each output, else one
 * number whose mean is the metric.
 */
final class RowTerms {
    /** No probability is taken for smaller: float32 rounds 1 − p off there, and one row must not make a loss infinite. */
    private static final double LEAST_PROBABILITY = 0x1p-25;

    private final Model model;
    private final EvaluationMetric metric;
    private final ShardInference inference;
    private final int n;

    /**
     * A model.
     *
     * @param classes of each of the model's classes the index among those that are observed; −1 for one that is not
     */
    record Model(NetworkSpec network, TargetTransform target, List<Integer> classes) implements Serializable {
        Model {
            classes = List.copyOf(classes);
        }

        boolean classifies() {
            return !classes.isEmpty();
        }
    }

    RowTerms(Model model, EvaluationMetric metric, ShardTask task, float[] theta) {
        this.model = model;
        this.metric = metric;
        this.inference = new ShardInference(model.network(), task);
        this.n = model.network().outputs();
        inference.take(theta);
    }

    /** How many terms a row has. */
    static int count(EvaluationMetric metric, int outputs) {
        return metric == EvaluationMetric.RMSE ? outputs : 1;
    }

    /** What was observed of each row, in its own units, one number or as many as there are outputs; and its weight. */
    static final class Observed {
        final double[] values;
        final double[] weights;
        final int each;

        Observed(int rows, int each) {
            this.values = new double[rows * each];
            this.weights = new double[rows];
            this.each = each;
        }
    }

    /** The terms of {@code shard}'s rows, and what is observed by the shard's own targets. */
    double[] observing(Shard shard, Observed observed) {
        return terms(shard, observed, true);
    }

    /** The terms of {@code shard}'s rows, whose own targets say nothing. */
    double[] of(Shard shard, Observed observed) {
        return terms(shard, observed, false);
    }

    private double[] terms(Shard shard, Observed observed, boolean observes) {
        int each = count(metric, n);
        double[] terms = new double[shard.rows() * each];
        int[] row = {0};
        inference.forEach(shard, (outputs, from, targets, target, weight, loss) -> {
            int j = row[0]++;
            if (observes) {
                observed.weights[j] = weight;
                for (int k = 0; k < observed.each; k++) {
                    float t = targets[target + k];
                    observed.values[j * observed.each + k] = model.network()
                                    .loss()
                                    .isRegression()
                            ? model.target().restore(k, t)
                            : t;
                }
            }
            if (model.classifies()) {
                terms[j] = classTerm(outputs, from, (int) observed.values[j]);
            } else if (model.network().loss().isRegression()) {
                errors(outputs, from, observed, j, terms, each);
            } else {
                terms[j] = labelTerm(outputs, from, observed, j);
            }
        });
        return terms;
    }

    private double classTerm(float[] outputs, int from, int observed) {
        if (metric == EvaluationMetric.LOSS) {
            return -Math.log(Math.max(
                    LEAST_PROBABILITY,
                    probability(outputs, from, model.classes().indexOf(observed))));
        }
        boolean right = model.classes().get(ShardInference.predictedClass(outputs, from, n)) == observed;
        return right == (metric == EvaluationMetric.ACCURACY) ? 1 : 0;
    }

    private double probability(float[] outputs, int from, int index) {
        if (index < 0) {
            return 0;
        }
        return n > 1 ? outputs[from + index] : index == 1 ? outputs[from] : 1.0 - outputs[from];
    }

    private void errors(float[] outputs, int from, Observed observed, int j, double[] terms, int each) {
        double absolute = 0;
        for (int k = 0; k < n; k++) {
            double error = model.target().restore(k, outputs[from + k]) - observed.values[j * n + k];
            if (metric == EvaluationMetric.RMSE) {
                terms[j * each + k] = error * error;
            }
            absolute += Math.abs(error);
        }
        if (metric == EvaluationMetric.MAE) {
            terms[j] = absolute / n;
        }
    }

    private double labelTerm(float[] outputs, int from, Observed observed, int j) {
        int wrong = 0;
        double loss = 0;
        for (int k = 0; k < n; k++) {
            boolean there = observed.values[j * n + k] == 1;
            wrong += ShardInference.predictsLabel(outputs[from + k]) == there ? 0 : 1;
            double p = there ? outputs[from + k] : 1.0 - outputs[from + k];
            loss -= Math.log(Math.max(LEAST_PROBABILITY, p));
        }
        return switch (metric) {
            case ACCURACY -> wrong == 0 ? 1 : 0;
            case HAMMING_LOSS -> (double) wrong / n;
            default -> loss;
        };
    }

    /** How many numbers are observed of a row. */
    static int observed(Model model) {
        return model.classifies() ? 1 : model.network().outputs();
    }
}
