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
        /** Where a bin of the calibration begins. */
        public static final double FROM = 0.9;
    }

    /** The standard error of a share of {@code examples} that were drawn one by one: √(p(1−p)/m). */
    public static double ofShare(double share, long examples) {
        return Math.sqrt(Math.max(0, share * (1 - share)) / examples);
    }
}
