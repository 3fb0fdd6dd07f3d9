package io.lockstep.train;

/** A way to take synchronized steps. All ways give the same bits. */
interface GradientSync extends AutoCloseable {

    /**
     * Takes all steps of an epoch: each example exactly once.
     *
     * @param state θ and the optimizer's state, updated in place
     * @param epoch from 1
     * @param listener is told of each step
     * @return what the epoch cost and where its time went
     * @throws io.lockstep.error.DivergedException if a loss is not finite
     */
    EpochSums epoch(TrainingState state, int epoch, StepListener listener);

    /** Drops the buffers that this JVM keeps for the training. */
    @Override
    void close();

    /**
     * An epoch's sums.
     *
     * @param steps how many were taken
     * @param loss Σ L over the examples, each at the θ of its step
     * @param examples n
     * @param seconds of wall time
     * @param computeSeconds of it in which the slowest task of each step computed
     */
    record EpochSums(int steps, double loss, long examples, double seconds, double computeSeconds) {
        /** The share of the time that was not computing: waiting, exchanging, updating. */
        double syncShare() {
            return seconds > 0 ? Math.max(0, 1 - computeSeconds / seconds) : 0;
        }
    }

    /** Hears of steps. */
    @FunctionalInterface
    interface StepListener {
        /**
         * A step was taken.
         *
         * @param step of the epoch, from 1
         * @param steps of the epoch
         * @param loss the mini-batch's mean loss, before the step
         * @param examples of the mini-batch
         * @param syncShare of the epoch so far
         */
        void stepTaken(int step, int steps, double loss, long examples, double syncShare);
    }
}
