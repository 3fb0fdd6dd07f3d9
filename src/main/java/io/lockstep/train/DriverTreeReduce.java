package io.lockstep.train;

import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * A Spark job for each step: broadcast θ, compute the shards' gradients, add them in the order of the shard tree, and
 * step the optimizer on the driver. Runs on any cluster; Spark retries what it loses.
 */
final class DriverTreeReduce implements GradientSync {
    private final JavaSparkContext spark;
    private final JavaRDD<ShardTask> shards;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;

    /** Trains on {@code shards}, each element of which is a task's. */
    DriverTreeReduce(
            JavaSparkContext spark, JavaRDD<ShardTask> shards, ShardWorker.Job job, LearningRate learningRate) {
        this.spark = spark;
        this.shards = shards;
        this.job = job;
        this.learningRate = learningRate;
    }

    @Override
    public StrideSums take(TrainingState state, Stride stride, StepListener listener) {
        int steps = job.plan().steps();
        double loss = 0;
        long examples = 0;
        Clock clock = new Clock();
        for (int step = stride.from(); step < stride.to(); step++) {
            List<StepResult> results = results(state.theta(), stride.epoch(), step);
            long reducing = System.nanoTime();
            GradientSum sum = reduce(results);
            if (sum.examples() != job.plan().rows(step)) {
                throw new IllegalStateException("step " + step + " summed " + sum.examples() + " examples, not "
                        + job.plan().rows(step));
            }
            if (!Double.isFinite(sum.loss())) {
                throw new Divergence(shards, job).explain(state, stride.epoch(), step, sum.loss());
            }
            long optimizing = System.nanoTime();
            // one place for what a gradient sum becomes: divide, clip, regularize, step
            double alpha = learningRate.at(stride.epoch(), step, steps);
            state.optimizer().step(state.theta(), sum.gradient(), sum.examples(), alpha);
            loss += sum.loss();
            examples += sum.examples();
            clock.step(results, optimizing - reducing, System.nanoTime() - optimizing);
            listener.stepTaken(
                    step + 1,
                    steps,
                    sum.loss() / sum.examples(),
                    sum.examples(),
                    clock.time().syncShare());
        }
        return new StrideSums(stride.steps(), loss, examples, clock.time());
    }

    /** Where the time of the steps went. */
    private static final class Clock {
        private final long start = System.nanoTime();
        private double compute;
        private double wait;
        private double exchange;
        private double optimizer;

        void step(List<StepResult> results, long reducing, long optimizing) {
            double mean =
                    results.stream().mapToLong(StepResult::nanos).average().orElse(0);
            long slowest = results.stream().mapToLong(StepResult::nanos).max().orElse(0);
            compute += mean / 1e9;
            wait += (slowest - mean) / 1e9;
            exchange += reducing / 1e9;
            optimizer += optimizing / 1e9;
        }

        EpochTime time() {
            return new EpochTime((System.nanoTime() - start) / 1e9, compute, wait, exchange, optimizer);
        }
    }

    private List<StepResult> results(float[] parameters, int epoch, int step) {
        Broadcast<float[]> theta = spark.broadcast(parameters);
        try {
            return shards.mapPartitions(new StepTask(job, theta, epoch, step)).collect();
        } finally {
            theta.destroy();
        }
    }

    @Override
    public void close() {
        ShardWorker.release(job.id());
    }

    /** The upper part of the shard tree; results come in the order of the tasks, which is the order of the shards. */
    private static GradientSum reduce(List<StepResult> results) {
        ReductionTree<GradientSum> tree = new ReductionTree<>(GradientSum::add);
        results.forEach(result -> result.nodes().forEach(tree::addNode));
        return tree.root();
    }

    /** A task's part of a step, and how long it computed. */
    private record StepResult(List<ReductionTree.Node<GradientSum>> nodes, long nanos) implements Serializable {}

    /** Computes a task's part of a step. */
    private static final class StepTask implements FlatMapFunction<Iterator<ShardTask>, StepResult> {
        private static final long serialVersionUID = 1L;

        private final ShardWorker.Job job;
        private final Broadcast<float[]> theta;
        private final int epoch;
        private final int step;

        StepTask(ShardWorker.Job job, Broadcast<float[]> theta, int epoch, int step) {
            this.job = job;
            this.theta = theta;
            this.epoch = epoch;
            this.step = step;
        }

        @Override
        public Iterator<StepResult> call(Iterator<ShardTask> tasks) {
            float[] parameters = theta.value();
            ShardTask task = tasks.next();
            ShardWorker worker = ShardWorker.borrow(job);
            try {
                long start = System.nanoTime();
                List<ReductionTree.Node<GradientSum>> nodes = worker.gradients(task, parameters, epoch, step);
                return List.of(new StepResult(nodes, System.nanoTime() - start)).iterator();
            } finally {
                worker.back();
            }
        }
    }
}
