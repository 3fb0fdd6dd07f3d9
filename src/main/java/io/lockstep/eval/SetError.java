package io.lockstep.eval;

import java.util.Optional;

/**
 * How wrong a model is on a set, as the notes' table of bias and variance counts it.
 *
 * @param error of a classification the share of wrong examples, of a multilabel task the share of wrong labels, of a
 *     regression 1 − r2, the share of the target's variance that is not explained
 * @param standardError of {@code error}, ≥ 0
 * @param surest the examples of which a classifier is surest; empty for the other tasks
 */
public record SetError(double error, double standardError, Optional<Surest> surest) {
    /** In a normal distribution 95 % lie within so many standard deviations. */
    private static final double TWO_SIDED = 1.96;

    private static final double HALF_BIN = 0.5 / CalibrationBin.BINS;

    public SetError {
        if (!Double.isFinite(error) || !(standardError >= 0)) {
            throw new IllegalArgumentException("no error: " + error + " ± " + standardError);
        }
    }

    /**
     * The examples whose predicted class has a probability of at least {@link #FROM}.
     *
     * @param examples how many
     * @param wrong the share of them that is of another class, in [0, 1]
     */
    public record Surest(long examples, double wrong) {
        /** Where the last bin of the calibration begins. */
        public static final double FROM = (CalibrationBin.BINS - 1.0) / CalibrationBin.BINS;
    }

    /** What an evaluation says; empty where it has no such error, as of a regression whose targets are all the same. */
    public static Optional<SetError> of(Evaluation evaluation) {
        if (evaluation instanceof Regression) {
            return of(evaluation, MetricNames.R2, Optional.empty())
                    .map(r2 -> new SetError(1 - r2.error(), r2.standardError(), Optional.empty()));
        }
        return evaluation instanceof Classification classification
                ? of(evaluation, MetricNames.ERROR, Optional.of(surest(classification)))
                : of(evaluation, MetricNames.HAMMING_LOSS, Optional.empty());
    }

    private static Optional<SetError> of(Evaluation evaluation, String metric, Optional<Surest> surest) {
        Metrics metrics = evaluation.metrics();
        if (metrics.value(metric).isEmpty()) {
            return Optional.empty();
        }
        double value = metrics.value(metric).getAsDouble();
        double standardError = metrics.interval(metric)
                .map(interval -> (interval.high() - interval.low()) / (2 * TWO_SIDED))
                .orElseGet(() -> ofShare(value, metrics.examples()));
        return Optional.of(new SetError(value, standardError, surest));
    }

    /** Of two classes a bin has the probability of the second one, so that the first bin is sure of the first. */
    private static Surest surest(Classification classification) {
        boolean binary = classification.classes().size() == 2;
        long examples = 0;
        double wrong = 0;
        for (CalibrationBin bin : classification.calibration()) {
            if (bin.from() > Surest.FROM - HALF_BIN) {
                examples += bin.examples();
                wrong += bin.examples() * (1 - bin.frequency());
            } else if (binary && bin.to() < 1 - Surest.FROM + HALF_BIN) {
                examples += bin.examples();
                wrong += bin.examples() * bin.frequency();
            }
        }
        return new Surest(examples, examples == 0 ? 0 : wrong / examples);
    }

    /** The standard error of a share of {@code examples} that were drawn one by one: √(p(1−p)/m). */
    public static double ofShare(double share, long examples) {
        return Math.sqrt(Math.max(0, share * (1 - share)) / examples);
    }
}
