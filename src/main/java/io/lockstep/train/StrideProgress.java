package io.lockstep.train;

import java.util.Arrays;
import java.util.Optional;

/** What is known of a stride's steps; told to the listener in the training's own thread, each step once. */
final class StrideProgress {
    private final GradientSync.Stride stride;
    private final BatchPlan plan;
    private final GradientSync.StepListener listener;
    private final double[] losses;
    private int known;
    private double share;
    private int told;

    StrideProgress(GradientSync.Stride stride, BatchPlan plan, GradientSync.StepListener listener) {
        this.stride = stride;
        this.plan = plan;
        this.listener = listener;
        this.losses = new double[stride.steps()];
    }

    /** Begins an attempt. What an earlier one told of stays told: the steps have the same bits. */
    synchronized void begin() {
        known = 0;
    }

    /**
     * Hears of steps; from any thread.
     *
     * @param first the first of them, in its epoch
     */
    synchronized void stepsTaken(int first, double[] values, double syncShare) {
        int start = first - stride.from();
        if (start == known) {
            System.arraycopy(values, 0, losses, start, values.length);
            known = start + values.length;
            share = syncShare;
        }
    }

    /** Tells the listener of what was heard. */
    void tell() {
        double[] values;
        int count;
        double syncShare;
        synchronized (this) {
            count = known;
            syncShare = share;
            values = Arrays.copyOf(losses, count);
        }
        report(values, count, syncShare);
    }

    /** Tells the listener of the first {@code count} steps. */
    void report(double[] values, int count, double syncShare) {
        while (told < count) {
            int step = stride.from() + told;
            listener.stepTaken(step + 1, plan.steps(), values[told], plan.rows(step), syncShare);
            told++;
        }
    }

    GradientSync.StrideResult result(EpochTime time, Optional<Score> score) {
        return new GradientSync.StrideResult(told, time, score);
    }
}
