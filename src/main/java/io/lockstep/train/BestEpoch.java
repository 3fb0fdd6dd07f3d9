package io.lockstep.train;

import io.lockstep.config.EarlyStopping;
import java.util.Optional;
import java.util.OptionalDouble;

/** Keeps the weights of the best epoch, and tells when patience is at its end (notes, "Early stopping"). */
final class BestEpoch {
    /** Empty: the last epoch is the best. */
    private final Optional<EarlyStopping> rule;

    private Optional<Checkpoint.Best> best = Optional.empty();

    BestEpoch(Optional<EarlyStopping> rule) {
        this.rule = rule;
    }

    /** One that has seen the epochs before {@code checkpoint}. */
    BestEpoch(Optional<EarlyStopping> rule, Checkpoint checkpoint) {
        this(rule);
        this.best = checkpoint.best();
    }

    /** Looks at θ after an epoch. */
    void consider(int candidate, float[] theta, Optional<Score> dev) {
        OptionalDouble score = rule.stream()
                .mapToDouble(each -> dev.orElseThrow().value(each.metric()))
                .findFirst();
        if (best.isEmpty() || score.isEmpty() || better(score.getAsDouble(), best.get())) {
            best = Optional.of(new Checkpoint.Best(candidate, score, theta.clone()));
        }
    }

    private boolean better(double score, Checkpoint.Best before) {
        double value = before.score().orElseThrow();
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
        return rule.isPresent()
                && best.filter(each -> current - each.epoch() >= rule.get().patience())
                        .isPresent();
    }

    /** It, once an epoch has ended. */
    Optional<Checkpoint.Best> best() {
        return best;
    }

    /** Of the epochs that have ended. */
    int epoch() {
        return best.orElseThrow().epoch();
    }

    /** As the best epoch left it. */
    float[] theta() {
        return best.orElseThrow().theta();
    }
}
