package io.lockstep.train;

import io.lockstep.data.Jobs;
import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.HashPartitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import scala.Tuple2;

/**
 * A Spark job for each step: broadcast θ, compute the shards' gradients, add them in the order of the shard tree, and
 * step the optimizer on the driver. Runs on any cluster; Spark retries what it loses. With many tasks, neighbouring ones'
 * sums are added up on executors first, so that the driver does not take in all of them.
 */
final class DriverTreeReduce implements GradientSync {
    /** More tasks than this do not all send their sums to the driver. */
    static final int DIRECT_TASKS = 32;
    /** Spark itself has tried each task several times. */
    private static final int ATTEMPTS = 2;

    private final JavaSparkContext spark;
    private final ShardSource source;
    private final Optional<Scoring> scoring;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final int directTasks;
    private JavaRDD<ShardTask> shards;

    DriverTreeReduce(
            JavaSparkContext spark,
            ShardSource source,
            Optional<Scoring> scoring,
            ShardWorker.Job job,
            LearningRate learningRate) {
        this(spark, source, scoring, job, learningRate, DIRECT_TASKS);
    }

    /** One that combines the sums of more than {@code directTasks} tasks on executors. */
    DriverTreeReduce(
            JavaSparkContext spark,
            ShardSource source,
            Optional<Scoring> scoring,
            ShardWorker.Job job,
            LearningRate learningRate,
            int directTasks) {
        this.spark = spark;
        this.source = source;
        this.scoring = scoring;
        this.job = job;
        this.learningRate = learningRate;
        this.directTasks = directTasks;
        this.shards = source.forSteps(source.tasks());
    }

    @Override
    public StrideResult take(TrainingState state, Stride stride, StepListener listener) {
        // as many tasks as the cluster has slots now
        shards = source.forSteps(source.tasks());
        int steps = job.plan().steps();
        Clock clock = new Clock();
        for (int step = stride.from(); step < stride.to(); step++) {
            List<StepResult> results = results(state, stride, step, listener);
            long reducing = System.nanoTime();
            StepResult all = StepResult.combine(results);
            GradientSum sum = all.total();
            if (sum.examples() != job.plan().rows(step)) {
                throw new IllegalStateException("step " + step + " summed " + sum.examples() + " examples, not "
                        + job.plan().rows(step));
            }
            if (!Double.isFinite(sum.loss())) {
                throw new Divergence(source.forJobs(), job).explain(state, stride.epoch(), step, sum.loss());
            }
            long optimizing = System.nanoTime();
            // one place for what a gradient sum becomes: divide, clip, regularize, step
            double alpha = learningRate.at(stride.epoch(), step, steps);
            state.optimizer().step(state.theta(), sum.gradient(), sum.examples(), alpha);
            clock.step(all, optimizing - reducing, System.nanoTime() - optimizing);
            recycle(results);
            listener.stepTaken(
                    step + 1, steps, sum.loss(), sum.examples(), clock.time().syncShare());
        }
        EpochTime time = clock.time();
        return new StrideResult(
                stride.steps(),
                time,
                stride.endsEpoch(job.plan())
                        ? Jobs.named(spark.sc(), "epoch " + stride.epoch() + ", dev", () -> score(state.theta()))
                        : Optional.empty());
    }

    private Optional<Score> score(float[] theta) {
        return scoring.map(set -> new SetScorer(set.shards().forJobs(), set.job()).score(theta));
    }

    /** Where the time of the steps went. */
    private static final class Clock {
        private final long start = System.nanoTime();
        private double compute;
        private double waiting;
        private double exchange;
        private double optimizer;

        void step(StepResult all, long reducing, long optimizing) {
            double mean = (double) all.nanos() / all.tasks();
            compute += mean / 1e9;
            waiting += (all.slowest() - mean) / 1e9;
            exchange += reducing / 1e9;
            optimizer += optimizing / 1e9;
        }

        EpochTime time() {
            return new EpochTime((System.nanoTime() - start) / 1e9, compute, waiting, exchange, optimizer);
        }
    }

    private List<StepResult> results(TrainingState state, Stride stride, int step, StepListener listener) {
        for (int attempt = 1; ; attempt++) {
            try (Handover<Parameters, StepResult> handover = Handover.of(spark, new Parameters(state.theta()))) {
                return run(new StepTask(job, handover, stride.epoch(), step), name(stride.epoch(), step));
            } catch (StepFailure failure) {
                // in one JVM nothing is lost that another attempt could find again
                if (spark.sc().isLocal() || attempt == ATTEMPTS) {
                    throw new IllegalStateException(
                            "step " + (step + 1) + " of epoch " + stride.epoch() + " failed: " + failure.getMessage(),
                            failure.getCause());
                }
                listener.restarted(step + 1, failure.getMessage());
                source.restore();
                shards = source.forSteps(source.tasks());
            }
        }
    }

    private String name(int epoch, int step) {
        return "epoch " + epoch + ", step " + (step + 1) + " of " + job.plan().steps();
    }

    private List<StepResult> run(StepTask task, String name) throws StepFailure {
        try {
            int tasks = shards.getNumPartitions();
            return task.handover.collected(Jobs.named(spark.sc(), name, () -> {
                JavaRDD<StepResult> results =
                        tasks <= directTasks ? shards.mapPartitions(task) : combined(shards.mapPartitions(task), tasks);
                return results.collect();
            }));
        } catch (RuntimeException e) {
            throw new StepFailure(e);
        } catch (Exception e) {
            // Spark's own are checked, and Scala does not say so
            throw new StepFailure(e);
        }
    }

    /** Runs of √T neighbouring tasks, added up on executors. */
    private static JavaRDD<StepResult> combined(JavaRDD<StepResult> results, int tasks) {
        int runs = runs(tasks);
        return results.mapPartitionsToPair(new ByRun(tasks, runs))
                .partitionBy(new HashPartitioner(runs))
                .mapPartitions(new Combine());
    }

    static int runs(int tasks) {
        return (int) Math.ceil(Math.sqrt(tasks));
    }

    /** In one JVM the sums are the workers' own arrays, which later steps use again. */
    private void recycle(List<StepResult> results) {
        if (spark.sc().isLocal()) {
            ShardWorker worker = ShardWorker.borrow(job);
            results.forEach(result -> worker.recycle(result.nodes()));
            worker.back();
        }
    }

    @Override
    public void close() {
        ShardWorker.release(job.id());
    }

    /** A step's job failed. */
    private static final class StepFailure extends Exception {
        private static final long serialVersionUID = 1L;

        StepFailure(Exception cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Computes a task's part of a step. */
    private static final class StepTask implements FlatMapFunction<Iterator<ShardTask>, StepResult> {
        private static final long serialVersionUID = 1L;

        private final ShardWorker.Job job;
        private final Handover<Parameters, StepResult> handover;
        private final int epoch;
        private final int step;

        StepTask(ShardWorker.Job job, Handover<Parameters, StepResult> handover, int epoch, int step) {
            this.job = job;
            this.handover = handover;
            this.epoch = epoch;
            this.step = step;
        }

        @Override
        public Iterator<StepResult> call(Iterator<ShardTask> tasks) {
            float[] theta = handover.sent().theta();
            ShardTask task = tasks.next();
            ShardWorker worker = ShardWorker.borrow(job);
            try {
                long start = System.nanoTime();
                List<ReductionTree.Node<GradientSum>> nodes = worker.gradients(task, theta, epoch, step);
                long nanos = System.nanoTime() - start;
                return handover.deliver(new StepResult(TaskContext.getPartitionId(), 1, nodes, nanos, nanos))
                        .iterator();
            } finally {
                worker.back();
            }
        }
    }

    /** Gives each result the number of its run of tasks. */
    private record ByRun(int tasks, int runs)
            implements PairFlatMapFunction<Iterator<StepResult>, Integer, StepResult>, Serializable {
        @Override
        public Iterator<Tuple2<Integer, StepResult>> call(Iterator<StepResult> results) {
            List<Tuple2<Integer, StepResult>> pairs = new ArrayList<>();
            results.forEachRemaining(
                    result -> pairs.add(new Tuple2<>((int) ((long) result.first() * runs / tasks), result)));
            return pairs.iterator();
        }
    }

    /** Adds up a run. */
    private record Combine() implements FlatMapFunction<Iterator<Tuple2<Integer, StepResult>>, StepResult> {
        @Override
        public Iterator<StepResult> call(Iterator<Tuple2<Integer, StepResult>> results) {
            List<StepResult> run = new ArrayList<>();
            results.forEachRemaining(result -> run.add(result._2()));
            return run.isEmpty()
                    ? List.<StepResult>of().iterator()
                    : List.of(StepResult.combine(run)).iterator();
        }
    }
}
