package io.lockstep.train;

import io.lockstep.math.ReductionTree;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A barrier stage for a whole training: its tasks stay alive, keep their shards, buffers and θ, and step together, without
 * Spark between two steps. Inside an executor they exchange gradients through memory, between executors over Spark's
 * transport ({@link TaskGroup}). After a stride they score the dev set, send home what they have, and wait for the next.
 *
 * <p>While the stage lives it holds its slots: no other job of this Spark application gets them, between two strides either.
 *
 * <p>Spark does not run a barrier stage with results again when a task of it fails. So a stride that fails starts over
 * from here, from its first step, and on the executors that are left; the bits are the same.
 */
final class BarrierAllReduce implements GradientSync {
    /** As many as Spark gives a task. */
    private static final int ATTEMPTS = 4;

    private final JavaSparkContext spark;
    private final ShardSource source;
    private final Optional<Scoring> scoring;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final Rendezvous rendezvous;
    private final int attempts;
    /** The stage, and the state that its last stride led to. */
    private Optional<Alive> alive = Optional.empty();

    private record Alive(LiveStage stage, TrainingState state) {}

    BarrierAllReduce(
            JavaSparkContext spark,
            ShardSource source,
            Optional<Scoring> scoring,
            ShardWorker.Job job,
            LearningRate learningRate) {
        this(spark, source, scoring, job, learningRate, ATTEMPTS);
    }

    /** One that gives a stride up after {@code attempts}. */
    BarrierAllReduce(
            JavaSparkContext spark,
            ShardSource source,
            Optional<Scoring> scoring,
            ShardWorker.Job job,
            LearningRate learningRate,
            int attempts) {
        this.spark = spark;
        this.source = source;
        this.scoring = scoring;
        this.job = job;
        this.learningRate = learningRate;
        this.attempts = attempts;
        this.rendezvous = new Rendezvous("lockstep-" + job.id());
    }

    @Override
    public StrideResult take(TrainingState state, Stride stride, StepListener listener) {
        StrideProgress progress = new StrideProgress(stride, job.plan(), listener);
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(state, stride, progress);
            } catch (StageFailure failure) {
                end();
                // in one JVM nothing is lost that another attempt could find again
                if (spark.sc().isLocal() || attempt >= attempts || failure.isWanted(spark)) {
                    throw new IllegalStateException(
                            "epoch " + stride.epoch() + " failed: " + failure.getMessage(), failure.getCause());
                }
                listener.restarted(stride.from() + 1, failure.getMessage());
                source.restore();
                scoring.ifPresent(set -> set.shards().restore());
            }
        }
    }

    private StrideResult attempt(TrainingState state, Stride stride, StrideProgress progress) throws StageFailure {
        long start = System.nanoTime();
        LiveStage stage = stage(state, stride);
        List<StrideOutcome> outcomes = stage.take(stride, progress).stream()
                .sorted(Comparator.comparingInt(StrideOutcome::firstRank))
                .toList();
        StrideOutcome first = outcomes.get(0);
        int taken = first.taken();
        take(state, outcomes, taken);
        long scored =
                outcomes.stream().mapToLong(StrideOutcome::scoringNanos).max().orElse(0);
        EpochTime time = time(outcomes, (System.nanoTime() - start - scored) / 1e9);
        progress.report(first.losses(), taken, time.syncShare());
        if (taken < stride.steps()) {
            end();
            throw new Divergence(source.forJobs(), job)
                    .explain(state, stride.epoch(), stride.from() + taken, first.losses()[taken]);
        }
        return progress.result(
                time, scoring.filter(set -> stride.endsEpoch(job.plan())).map(set -> set.job()
                        .score(scores(outcomes))));
    }

    /**
     * The stage that has the state already, else a new one that starts from it; a new one also where executors have come
     * that could share the work.
     */
    private LiveStage stage(TrainingState state, Stride stride) {
        int tasks = source.tasks();
        if (alive.filter(last -> last.state() == state && last.stage().tasks() >= tasks)
                .isEmpty()) {
            end();
            LiveStage stage = new LiveStage(
                    spark,
                    purpose(stride),
                    rendezvous,
                    StageShards.of(tasks, source, scoring),
                    job,
                    learningRate,
                    state);
            alive = Optional.of(new Alive(stage, state));
        }
        return alive.get().stage();
    }

    /** One stage takes all the strides to come. */
    private String purpose(Stride stride) {
        return "epoch " + stride.epoch() + " and on, barrier, from step " + (stride.from() + 1) + " of "
                + job.plan().steps();
    }

    private void end() {
        Optional<Alive> last = alive;
        alive = Optional.empty();
        last.ifPresent(each -> each.stage().end());
    }

    private static void take(TrainingState state, List<StrideOutcome> outcomes, int taken) {
        for (StrideOutcome outcome : outcomes) {
            System.arraycopy(outcome.theta(), 0, state.theta(), outcome.from(), outcome.theta().length);
            state.optimizer().restore(outcome.from(), outcome.state());
        }
        state.optimizer().stepped(taken);
    }

    private static ScoreSums scores(List<StrideOutcome> outcomes) {
        ReductionTree<ScoreSums> tree = new ReductionTree<>(ScoreSums::merge);
        outcomes.forEach(outcome -> outcome.scores().forEach(tree::addNode));
        return tree.root();
    }

    /** The mean over the tasks. */
    private static EpochTime time(List<StrideOutcome> outcomes, double seconds) {
        int tasks = outcomes.stream().mapToInt(StrideOutcome::tasks).sum();
        double[] parts = new double[4];
        for (StrideOutcome outcome : outcomes) {
            for (int i = 0; i < parts.length; i++) {
                parts[i] += outcome.nanos()[i] / 1e9 / tasks;
            }
        }
        return new EpochTime(seconds, parts[0], parts[1], parts[2], parts[3]);
    }

    @Override
    public void close() {
        end();
        rendezvous.close();
        ShardWorker.release(job.id());
    }
}
