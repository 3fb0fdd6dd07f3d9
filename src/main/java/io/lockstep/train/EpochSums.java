package io.lockstep.train;

/**
 * An epoch as far as it has come.
 *
 * @param steps how many were taken
 * @param loss Σ L over their examples, each at the θ of its step, added step by step
 * @param examples n
 * @param time of the steps
 */
record EpochSums(int steps, double loss, long examples, EpochTime time) {
    static final EpochSums NONE = new EpochSums(0, 0, 0, new EpochTime(0, 0, 0, 0, 0));

    /** With a step more. */
    EpochSums plus(double stepLoss, long stepExamples) {
        return new EpochSums(steps + 1, loss + stepLoss, examples + stepExamples, time);
    }

    /** With what a stride took. */
    EpochSums plus(EpochTime stride) {
        return new EpochSums(steps, loss, examples, time.plus(stride));
    }
}
