package io.lockstep.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkThrowable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import scala.reflect.ClassTag$;

/**
 * A barrier stage for each stride: its tasks stay alive, keep their shards and buffers, and step together, without Spark
 * between two steps. Inside an executor they exchange gradients through memory, between executors over Spark's
 * transport ({@link TaskGroup}).
 *
 * <p>Spark does not run a barrier stage with results again when a task of it fails. So a stride that fails starts over
 * from here, from its first step, and on the executors that are left; the bits are the same.
 */
final class BarrierAllReduce implements GradientSync {
    private static final long POLL_MILLIS = 50;
    /** As many as Spark gives a task. */
    private static final int ATTEMPTS = 4;
    /** Spark's name for the failure of a job that was cancelled. */
    private static final String CANCELLED = "SPARK_JOB_CANCELLED";

    private final JavaSparkContext spark;
    private final ShardSource source;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final Rendezvous rendezvous;
    private final int attempts;
    /** What the last stride left, and the attempt at it: executors may have it still. */
    private Optional<Left> left = Optional.empty();

    private record Left(TrainingState state, UUID attempt) {}

    BarrierAllReduce(JavaSparkContext spark, ShardSource source, ShardWorker.Job job, LearningRate learningRate) {
        this(spark, source, job, learningRate, ATTEMPTS);
    }

    /** One that gives a stride up after {@code attempts}. */
    BarrierAllReduce(
            JavaSparkContext spark, ShardSource source, ShardWorker.Job job, LearningRate learningRate, int attempts) {
        this.attempts = attempts;
        this.spark = spark;
        this.source = source;
        this.job = job;
        this.learningRate = learningRate;
        this.rendezvous = new Rendezvous("lockstep-" + job.id());
    }

    @Override
    public StrideSums take(TrainingState state, Stride stride, StepListener listener) {
        Progress progress = new Progress(stride, listener);
        Optional<UUID> previous = left.filter(last -> last.state() == state).map(Left::attempt);
        left = Optional.empty();
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(state, stride, previous, progress);
            } catch (StageFailure failure) {
                // in one JVM nothing is lost that another attempt could find again
                if (spark.sc().isLocal() || attempt >= attempts || failure.isWanted(spark)) {
                    throw new IllegalStateException(
                            "epoch " + stride.epoch() + " failed: " + failure.getMessage(), failure.getCause());
                }
                listener.restarted(stride.from() + 1, failure.getMessage());
                source.restore();
            }
        }
    }

    private StrideSums attempt(TrainingState state, Stride stride, Optional<UUID> previous, Progress progress)
            throws StageFailure {
        long start = System.nanoTime();
        UUID name = UUID.randomUUID();
        try (Handover<TrainingState, StrideOutcome> handover = Handover.of(spark, state)) {
            progress.begin(name);
            List<StrideOutcome> outcomes = handover.collected(run(
                    new StrideTask(name, previous, rendezvous.name(), job, learningRate, stride, handover),
                    name,
                    progress));
            StrideOutcome first = outcomes.stream()
                    .filter(each -> each.losses().length > 0)
                    .findFirst()
                    .orElseThrow();
            int taken = first.taken();
            double[] losses = first.losses();
            take(state, outcomes, taken);
            left = Optional.of(new Left(state, name));
            EpochTime time = time(outcomes, (System.nanoTime() - start) / 1e9);
            progress.report(losses, taken, time.syncShare());
            if (taken < stride.steps()) {
                throw new Divergence(source.forJobs(), job)
                        .explain(state, stride.epoch(), stride.from() + taken, losses[taken]);
            }
            return progress.sums(time);
        }
    }

    private static void take(TrainingState state, List<StrideOutcome> outcomes, int taken) {
        for (StrideOutcome outcome : outcomes) {
            float[] slice = outcome.theta();
            System.arraycopy(slice, 0, state.theta(), outcome.from(), slice.length);
            if (slice.length > 0) {
                state.optimizer().restore(outcome.from(), outcome.state());
            }
        }
        state.optimizer().stepped(taken);
    }

    /** The mean over the tasks. */
    private static EpochTime time(List<StrideOutcome> outcomes, double seconds) {
        double[] parts = new double[4];
        for (StrideOutcome outcome : outcomes) {
            for (int i = 0; i < parts.length; i++) {
                parts[i] += outcome.nanos()[i] / 1e9 / outcomes.size();
            }
        }
        return new EpochTime(seconds, parts[0], parts[1], parts[2], parts[3]);
    }

    @Override
    public void close() {
        rendezvous.close();
        KeptState.release(job.id());
        ShardWorker.release(job.id());
    }

    /** Runs the stage, and tells of steps while it runs. */
    private List<StrideOutcome> run(StrideTask task, UUID name, Progress progress) throws StageFailure {
        RDD<StrideOutcome> stage = source.forSteps()
                .rdd()
                .barrier()
                .mapPartitions(task, false, ClassTag$.MODULE$.<StrideOutcome>apply(StrideOutcome.class));
        int epoch = progress.stride.epoch();
        // a thread of our own, not collectAsync: Scala's futures print stack traces when the JVM is told to end
        FutureTask<List<StrideOutcome>> running = new FutureTask<>(() -> {
            spark.setJobGroup(name.toString(), "epoch " + epoch, true);
            return stage.toJavaRDD().collect();
        });
        Thread thread = new Thread(running, "lockstep-epoch-" + epoch);
        thread.setDaemon(true);
        thread.start();
        try {
            while (true) {
                try {
                    return running.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    progress.tell();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in epoch " + epoch, e);
        } catch (ExecutionException e) {
            throw new StageFailure(e.getCause());
        } finally {
            if (!running.isDone()) {
                spark.cancelJobGroup(name.toString());
            }
        }
    }

    /** A stage failed; the driver's state is as it was. */
    private static final class StageFailure extends Exception {
        private static final long serialVersionUID = 1L;

        StageFailure(Throwable cause) {
            super(cause.getMessage(), cause);
        }

        /** Whether somebody wanted it: Spark is being stopped, or the job was cancelled. */
        boolean isWanted(JavaSparkContext spark) {
            return spark.sc().isStopped()
                    || (getCause() instanceof SparkThrowable thrown && CANCELLED.equals(thrown.getCondition()));
        }
    }

    /** What is known of a stride's steps; told to the listener in the training's own thread, each step once. */
    private final class Progress implements Rendezvous.Progress {
        private final Stride stride;
        private final StepListener listener;
        private final double[] losses;
        private UUID name;
        private int known;
        private double share;
        private int told;
        private double loss;
        private long examples;

        Progress(Stride stride, StepListener listener) {
            this.stride = stride;
            this.listener = listener;
            this.losses = new double[stride.steps()];
            rendezvous.listen(this);
        }

        /** Begins an attempt. What an earlier one told of stays told: the steps have the same bits. */
        synchronized void begin(UUID attempt) {
            name = attempt;
            known = 0;
        }

        @Override
        public synchronized void stepsTaken(StrideKey key, int first, double[] values, double syncShare) {
            int start = first - stride.from();
            if (key.stride().equals(name) && start == known) {
                System.arraycopy(values, 0, losses, start, values.length);
                known = start + values.length;
                share = syncShare;
            }
        }

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

        void report(double[] values, int count, double syncShare) {
            while (told < count) {
                int step = stride.from() + told;
                long rows = job.plan().rows(step);
                loss += values[told];
                examples += rows;
                listener.stepTaken(step + 1, job.plan().steps(), values[told] / rows, rows, syncShare);
                told++;
            }
        }

        StrideSums sums(EpochTime time) {
            return new StrideSums(told, loss, examples, time);
        }
    }
}
