package io.lockstep.train;

/**
 * Where the wall time of an epoch's steps went, in seconds, as the mean over the tasks.
 *
 * @param seconds of wall time, from the first step's start to the last one's end
 * @param compute the tasks' own gradients
 * @param waiting until the slowest task of each step had its gradients
 * @param exchange moving and adding up gradients, and moving parameters
 * @param optimizer dividing, clipping, regularizing and stepping
 */
public record EpochTime(double seconds, double compute, double waiting, double exchange, double optimizer) {

    /** This time and then {@code next}. */
    EpochTime plus(EpochTime next) {
        return new EpochTime(
                seconds + next.seconds,
                compute + next.compute,
                waiting + next.waiting,
                exchange + next.exchange,
                optimizer + next.optimizer);
    }

    /** What Spark took beside: starting stages and tasks, shipping them, and fetching their results. */
    public double overhead() {
        return Math.max(0, seconds - compute - waiting - exchange - optimizer);
    }

    /** The share of the time in which not even the slowest task computed. */
    public double syncShare() {
        return seconds > 0 ? Math.max(0, 1 - (compute + waiting) / seconds) : 0;
    }
}
