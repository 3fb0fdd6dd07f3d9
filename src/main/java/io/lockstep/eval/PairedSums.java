package io.lockstep.eval;

import io.lockstep.config.EvaluationMetric;
import java.io.Serializable;

/**
 * What two models' metrics are made of, over rows that are in order: Σw and for each of them Σw·t of the rows' terms t.
 *
 * @see RowTerms
 */
final class PairedSums implements Serializable {
    private static final long serialVersionUID = 1L;

    private double weight;
    private final double[] champion;
    private final double[] challenger;

    PairedSums(int terms) {
        this.champion = new double[terms];
        this.challenger = new double[terms];
    }

    /** Adds a row, whose terms stand from {@code from} on. */
    void add(double w, double[] championTerms, double[] challengerTerms, int from) {
        weight += w;
        for (int k = 0; k < champion.length; k++) {
            champion[k] += w * championTerms[from + k];
            challenger[k] += w * challengerTerms[from + k];
        }
    }

    /** Adds {@code other}, {@code times} times. */
    void add(PairedSums other, int times) {
        weight += times * other.weight;
        for (int k = 0; k < champion.length; k++) {
            champion[k] += times * other.champion[k];
            challenger[k] += times * other.challenger[k];
        }
    }

    double champion(EvaluationMetric metric) {
        return value(metric, champion);
    }

    double challenger(EvaluationMetric metric) {
        return value(metric, challenger);
    }

    /** By how much the challenger is better; NaN where nothing weighs anything. */
    double gain(EvaluationMetric metric) {
        double difference = challenger(metric) - champion(metric);
        return metric.higherIsBetter() ? difference : -difference;
    }

    private double value(EvaluationMetric metric, double[] sums) {
        double mean = 0;
        for (double sum : sums) {
            double share = sum / weight;
            mean += metric == EvaluationMetric.RMSE ? Math.sqrt(share) : share;
        }
        return mean / sums.length;
    }
}
