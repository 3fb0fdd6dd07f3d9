package io.lockstep.train;

import io.lockstep.config.EarlyStopping;
import java.util.Optional;

/** Keeps the weights of the best epoch, and tells when patience is at its end (notes, "Early stopping"). */
final class BestEpoch {
    /** Empty: the last epoch is the best. */
    private final Optional<EarlyStopping> rule;

    private float[] theta = new float[0];
    private int epoch;
    private double value = Double.NaN;

    BestEpoch(Optional<EarlyStopping> rule) {
        this.rule = rule;
    }

    /** One that has seen the epochs before {@code checkpoint}. */
    BestEpoch(Optional<EarlyStopping> rule, Checkpoint checkpoint) {
        this(rule);
        this.epoch = checkpoint.best();
        this.value = checkpoint.bestValue();
        this.theta = checkpoint.bestTheta();
    }

    /** Looks at θ after an epoch. */
    void consider(int candidate, float[] candidateTheta, Optional<Score> dev) {
        double score = rule.isPresent() ? dev.orElseThrow().value(rule.get().metric()) : 0;
        if (epoch == 0 || rule.isEmpty() || better(score)) {
            epoch = candidate;
            value = score;
            theta = candidateTheta.clone();
        }
    }

    private boolean better(double score) {
        if (Double.isNaN(value)) {
            // nothing compares with NaN: a first epoch with such a score would stay the best for ever
            return !Double.isNaN(score);
        }
        EarlyStopping stopping = rule.orElseThrow();
        double improvement = stopping.metric().higherIsBetter() ? score - value : value - score;
        return improvement > stopping.minImprovement();
    }

    /** Whether the epochs since the best one are as many as the rule allows. */
    boolean patienceEnds(int current) {
        return rule.isPresent() && current - epoch >= rule.get().patience();
    }

    int epoch() {
        return epoch;
    }

    /** Its score; NaN before there is one. */
    double value() {
        return value;
    }

    float[] theta() {
        return theta;
    }
}
