package io.lockstep.train;

import java.io.Serializable;
import java.util.Optional;

/** A way to take synchronized steps. All ways give the same bits. */
interface GradientSync extends AutoCloseable {

    /**
     * Takes the steps of a stride, and scores what they lead to where there is a set to score.
     *
     * @param state θ and the optimizer's state, updated in place; as it was, if the stride fails
     * @param listener is told of each step
     * @return what the steps cost and where their time went
     * @throws io.lockstep.error.DivergedException if a loss is not finite
     */
    StrideResult take(TrainingState state, Stride stride, StepListener listener);

    /** Ends what is still running, and drops the buffers that this JVM keeps for the training. */
    @Override
    void close();

    /**
     * Consecutive steps of an epoch; a whole epoch has each example exactly once.
     *
     * @param epoch from 1
     * @param from the first step, from 0
     * @param to after the last step
     */
    record Stride(int epoch, int from, int to) implements Serializable {
        /** All steps of an epoch. */
        static Stride epoch(int epoch, BatchPlan plan) {
            return new Stride(epoch, 0, plan.steps());
        }

        int steps() {
            return to - from;
        }

        /** Whether it ends its epoch: only then what it leads to is scored. */
        boolean endsEpoch(BatchPlan plan) {
            return to == plan.steps();
        }
    }

    /**
     * What a stride came to.
     *
     * @param steps how many were taken
     * @param time of the steps, without the scoring
     * @param score with θ after the last step; empty where no set is scored, and where the stride does not end its epoch
     */
    record StrideResult(int steps, EpochTime time, Optional<Score> score) {}

    /** Hears of steps. */
    @FunctionalInterface
    interface StepListener {
        /**
         * Executors were lost, and it goes on from an earlier step.
         *
         * @param step the first step to be taken again, from 1; those that were told of are not told of again
         */
        default void restarted(int step, String reason) {}

        /**
         * A step was taken.
         *
         * @param step of the epoch, from 1
         * @param steps of the epoch
         * @param loss Σ L over the mini-batch, before the step
         * @param examples of the mini-batch
         * @param syncShare of the stride so far
         */
        void stepTaken(int step, int steps, double loss, long examples, double syncShare);
    }
}
