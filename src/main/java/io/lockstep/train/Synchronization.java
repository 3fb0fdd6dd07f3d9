package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.SyncMode;
import io.lockstep.data.DataRole;
import io.lockstep.data.Jobs;
import io.lockstep.data.ShardTask;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DivergedException;
import io.lockstep.nn.NetworkSpec;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Opens the form of synchronization that a training uses. {@code auto} takes some steps of both, on a copy of the state,
 * and keeps the faster form; which one is kept makes no difference to the bits.
 */
final class Synchronization {
    private static final Optional<Scoring> NO_SCORING = Optional.empty();
    private static final int TRIAL_STEPS = 4;
    private static final int TRIAL_ATTEMPTS = 1;
    /** A step as long as this is computing, whichever form synchronizes it. */
    private static final double LONG_STEP_SECONDS = 2;

    private final JavaSparkContext spark;
    private final LockstepConfig config;
    private final TrainingData data;
    private final NetworkSpec network;
    private final LearningRate learningRate;
    private final int mostTasks;
    private final String id = UUID.randomUUID().toString();

    /**
     * What was chosen.
     *
     * @param reason in words; empty where the config left no choice
     */
    record Choice(SyncMode mode, Optional<String> reason) {}

    /** Synchronizations of at most {@code mostTasks} tasks. */
    Synchronization(
            JavaSparkContext spark,
            LockstepConfig config,
            TrainingData data,
            NetworkSpec network,
            LearningRate learningRate,
            int mostTasks) {
        this.spark = spark;
        this.config = config;
        this.data = data;
        this.network = network;
        this.learningRate = learningRate;
        this.mostTasks = mostTasks;
    }

    /** How many tasks the cluster runs at a time, now. */
    static int slots(JavaSparkContext spark) {
        return spark.sc()
                .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
    }

    /** How many tasks share a step: a shard is not divided. */
    int tasks() {
        return Math.max(
                1,
                Math.min(
                        Math.min(mostTasks, slots(spark)),
                        data.set(DataRole.TRAIN).shards()));
    }

    /** Takes steps as the config says, or as turns out to be faster for this training, whose next epoch is {@code epoch}. */
    Choice choose(TrainingState state, BatchPlan plan, int epoch) {
        Optional<String> obstacle = obstacleToBarrier(spark.sc().isLocal(), spark.getConf());
        return switch (config.sync()) {
            case DRIVER -> new Choice(SyncMode.DRIVER, Optional.empty());
            case BARRIER -> {
                if (obstacle.isPresent()) {
                    throw new ConfigException(
                            "sync: barrier cannot run here: " + obstacle.get() + ". Use driver or auto.");
                }
                yield new Choice(SyncMode.BARRIER, Optional.empty());
            }
            case AUTO ->
                obstacle.map(why -> new Choice(SyncMode.DRIVER, Optional.of("cannot take barrier: " + why)))
                        .orElseGet(() -> Jobs.named(
                                spark.sc(), "try sync driver and barrier", () -> fasterOf(state, plan, epoch)));
        };
    }

    /** Why there can be no barrier stage here, if there cannot. */
    static Optional<String> obstacleToBarrier(boolean local, SparkConf conf) {
        if (!local && conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
            return Optional.of("Spark runs no barrier stage under spark.dynamicAllocation");
        }
        return Optional.empty();
    }

    private Choice fasterOf(TrainingState state, BatchPlan plan, int epoch) {
        double driver;
        double barrier;
        try (GradientSync sync = new DriverTreeReduce(spark, training(), NO_SCORING, job(plan), learningRate)) {
            // the first step maps the shards and warms the JIT
            Trial first = Trial.of(sync, state.copy(), plan, epoch, 1);
            if (first.compute() > LONG_STEP_SECONDS) {
                double second = Trial.of(sync, state.copy(), plan, epoch, 1).compute();
                if (second > LONG_STEP_SECONDS) {
                    return new Choice(
                            SyncMode.DRIVER,
                            Optional.of(String.format(
                                    Locale.ROOT,
                                    "took driver: a step computes for %.1f s, beside which neither form is slow",
                                    second)));
                }
            }
            Trial.of(sync, state.copy(), plan, epoch, TRIAL_STEPS);
            driver = Trial.of(sync, state.copy(), plan, epoch, TRIAL_STEPS).seconds();
        } catch (DivergedException e) {
            return divergedTrial();
        }
        // a stage goes on from where its last stride ended
        TrainingState copy = state.copy();
        try (GradientSync sync =
                new BarrierAllReduce(spark, training(), NO_SCORING, job(plan), learningRate, TRIAL_ATTEMPTS)) {
            Trial.of(sync, copy, plan, epoch, TRIAL_STEPS);
            barrier = Trial.of(sync, copy, plan, epoch, TRIAL_STEPS).seconds();
        } catch (IllegalStateException e) {
            if (Thread.currentThread().isInterrupted() || StageFailure.isWanted(spark, e.getCause())) {
                throw e;
            }
            return new Choice(SyncMode.DRIVER, Optional.of("cannot take barrier: " + e.getMessage()));
        } catch (DivergedException e) {
            return divergedTrial();
        }
        SyncMode faster = barrier <= driver ? SyncMode.BARRIER : SyncMode.DRIVER;
        return new Choice(
                faster,
                Optional.of(String.format(
                        Locale.ROOT,
                        "took %s: early steps took %.1f ms by driver, %.1f ms by barrier",
                        faster.configName(),
                        driver * 1e3,
                        barrier * 1e3)));
    }

    /** By the same few steps over and over; the training will tell if it does so too. */
    private static Choice divergedTrial() {
        return new Choice(
                SyncMode.BARRIER, Optional.of("took barrier: trial steps diverged before they could be timed"));
    }

    /**
     * A trial of a few steps.
     *
     * @param seconds of a step, where an epoch is a stride: what a stride costs beside its steps counts for all of them
     * @param compute of it in which the slowest task computed
     */
    private record Trial(double seconds, double compute) {
        static Trial of(GradientSync sync, TrainingState state, BatchPlan plan, int epoch, int steps) {
            int taken = Math.min(steps, plan.steps());
            EpochTime time = sync.take(
                            state, new GradientSync.Stride(epoch, 0, taken), (step, all, loss, examples, share) -> {})
                    .time();
            boolean perStride = sync instanceof BarrierAllReduce;
            double beside = time.overhead() / (perStride ? plan.steps() : taken);
            return new Trial(
                    (time.seconds() - time.overhead()) / taken + beside, (time.compute() + time.waiting()) / taken);
        }
    }

    /** The form {@code mode}, ready to take steps. */
    GradientSync open(SyncMode mode, BatchPlan plan) {
        ShardWorker.Job job = job(plan);
        return mode == SyncMode.BARRIER
                ? new BarrierAllReduce(spark, training(), scoring(), job, learningRate)
                : new DriverTreeReduce(spark, training(), scoring(), job, learningRate);
    }

    private ShardSource training() {
        return new Shards(data.set(DataRole.TRAIN), data.preparation());
    }

    /** The dev set, if there is one. */
    private Optional<Scoring> scoring() {
        return data.has(DataRole.DEV)
                ? Optional.of(new Scoring(
                        new Shards(data.set(DataRole.DEV), data.evaluation()),
                        new ScoreWorker.Job(network, data.preparation().target())))
                : Optional.empty();
    }

    /** One job for all that takes this plan's steps: trials leave their buffers to the training. */
    private ShardWorker.Job job(BatchPlan plan) {
        ShardedSet set = data.set(DataRole.TRAIN);
        ShuffleRule shuffle = ShuffleRule.of(config.data().shuffle(), set.examples(), set.bytes(), set.shards());
        return new ShardWorker.Job(
                id + "-" + plan.batchSize(),
                network,
                plan,
                config.training().seed(),
                shuffle,
                Augmentations.of(config, data));
    }

    /** A set by as many tasks as the training has. */
    private final class Shards implements ShardSource {
        private final ShardedSet set;
        private final ShardedSet.Preparation preparation;

        Shards(ShardedSet set, ShardedSet.Preparation preparation) {
            this.set = set;
            this.preparation = preparation;
        }

        @Override
        public int tasks() {
            return Synchronization.this.tasks();
        }

        @Override
        public JavaRDD<ShardTask> forSteps(int tasks) {
            return set.normalizedForSteps(tasks, preparation);
        }

        @Override
        public JavaRDD<ShardTask> forJobs() {
            return set.normalized(tasks(), preparation);
        }

        @Override
        public void restore() {
            set.restore();
        }
    }
}
