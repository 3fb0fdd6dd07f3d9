package io.lockstep.train;

import io.lockstep.math.Runs;

/**
 * What a step costs on a cluster, from what its parts cost on one core and on the network. All times are in seconds.
 *
 * @param parameters length of θ
 * @param shards S
 * @param steps of an epoch
 * @param sliceSeconds the gradient of one shard's slice of a mini-batch, where all cores of an executor compute
 * @param addSeconds adding one float to another
 * @param optimizerSeconds stepping one float of θ
 * @param codecSeconds turning one float into bytes of a message, or back
 * @param jobSeconds a Spark job without its tasks
 * @param taskSeconds what each task adds to it
 * @param stageSeconds a barrier stage; infinite where Spark runs none
 * @param bytesPerSecond of an executor's network, each way
 * @param latencySeconds of a message
 */
public record CostModel(
        int parameters,
        int shards,
        int steps,
        double sliceSeconds,
        double addSeconds,
        double optimizerSeconds,
        double codecSeconds,
        double jobSeconds,
        double taskSeconds,
        double stageSeconds,
        double bytesPerSecond,
        double latencySeconds) {

    /** Passages of a message from one executor's task to another's and back, in a step: gradients out, θ back. */
    private static final int MESSAGES = 2;
    /** What comes home after each epoch in θ's length: θ and at most two arrays of the optimizer's state. */
    private static final int HOME_ARRAYS = 3;

    /**
     * A step's time.
     *
     * @param tasks that share it
     * @param compute the slowest task's gradients
     * @param driver with a job for each step
     * @param barrier with one stage for the whole training, which does not count
     */
    public record Step(int tasks, double compute, double driver, double barrier) {}

    /** A step on {@code executors} executors of {@code cores} slots. */
    public Step step(int executors, int cores) {
        int tasks = (int) Math.min((long) executors * cores, shards);
        int busy = Math.min(executors, tasks);
        int thickest = 0;
        for (int task = 0; task < tasks; task++) {
            thickest = Math.max(thickest, Runs.start(shards, task + 1, tasks) - Runs.start(shards, task, tasks));
        }
        // a task adds its own shards up as it goes
        double compute = thickest * sliceSeconds + (thickest - 1) * (double) parameters * addSeconds;
        return new Step(tasks, compute, compute + driver(tasks, busy), compute + barrier(tasks, busy));
    }

    private double driver(int tasks, int executors) {
        double transfer = Float.BYTES * (double) parameters / bytesPerSecond;
        double result = transfer + parameters * (codecSeconds + addSeconds);
        // Spark's broadcast goes from executor to executor, so its time grows with the logarithm
        double broadcast = 2 * parameters * codecSeconds + transfer * (1 + Math.log(executors) / Math.log(2));
        double seconds = jobSeconds + broadcast + parameters * optimizerSeconds + parameters * codecSeconds;
        if (tasks <= DriverTreeReduce.DIRECT_TASKS) {
            return seconds + tasks * (taskSeconds + result);
        }
        int runs = DriverTreeReduce.runs(tasks);
        double perRun = Math.ceil((double) tasks / runs) * result;
        return seconds + jobSeconds + (tasks + runs) * taskSeconds + perRun + runs * result;
    }

    private double barrier(int tasks, int executors) {
        if (Double.isInfinite(stageSeconds)) {
            return stageSeconds;
        }
        double members = (double) tasks / executors;
        double n = parameters;
        // each task adds up its part of θ: over the tasks of its executor, then over executors
        double adds = n / members * (members - 1) + n / tasks * (executors - 1);
        double seconds = adds * addSeconds + n / tasks * optimizerSeconds;
        if (executors > 1) {
            seconds += HOME_ARRAYS * n * (2 * codecSeconds + Float.BYTES / bytesPerSecond) / steps;
            double foreign = n * (executors - 1) / executors;
            seconds +=
                    MESSAGES * (foreign * Float.BYTES / bytesPerSecond + 2 * foreign * codecSeconds + latencySeconds);
        }
        return seconds;
    }
}
