package io.lockstep.train;

import io.lockstep.math.ReductionTree;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;
import org.apache.spark.SparkContext$;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEndpointRef;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/** A task of a barrier stage: takes all steps of a training with the other tasks, stride by stride. */
final class StageTask extends AbstractFunction1<Iterator<StageShards>, Iterator<Integer>> implements Serializable {
    private static final long serialVersionUID = 1L;

    /** How often the driver hears of steps. */
    private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final UUID stage;
    private final String rendezvous;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final Handover<TrainingState, ?> start;

    /**
     * A task of the stage {@code stage}.
     *
     * @param rendezvous where to ask for strides
     * @param start where the first stride starts
     */
    StageTask(
            UUID stage,
            String rendezvous,
            ShardWorker.Job job,
            LearningRate learningRate,
            Handover<TrainingState, ?> start) {
        this.stage = stage;
        this.rendezvous = rendezvous;
        this.job = job;
        this.learningRate = learningRate;
        this.start = start;
    }

    @Override
    public Iterator<Integer> apply(Iterator<StageShards> tasks) {
        BarrierTaskContext context = BarrierTaskContext.get();
        RankTable table = new RankTable(Arrays.stream(context.getTaskInfos())
                .map(BarrierTaskInfo::address)
                .toList());
        int rank = table.rank(context.partitionId());
        int executor = table.executorOf(rank);
        StageKey key = new StageKey(stage, context.stageAttemptNumber());
        try {
            TaskGroup group = TaskGroups.join(
                    key,
                    table.firstRank(executor + 1) - table.firstRank(executor),
                    () -> open(key, table, executor, context));
            try {
                new Member(
                                group,
                                key,
                                rank,
                                rank - table.firstRank(executor),
                                tasks.next().run(rank),
                                context)
                        .run();
            } catch (Throwable e) {
                // Spark throws checked exceptions that Scala does not declare; and whatever failed, the others wait for
                // this task at the next step
                group.fail(e);
                throw e;
            }
            return CollectionConverters.asScala(List.<Integer>of().iterator());
        } finally {
            TaskGroups.leave(key);
        }
    }

    private TaskGroup open(StageKey key, RankTable table, int executor, BarrierTaskContext context) {
        long timeout =
                TimeUnit.SECONDS.toNanos(SparkEnv.get().conf().getTimeAsSeconds("spark.network.timeout", "120s"));
        TaskGroup group = new TaskGroup(
                key,
                table,
                executor,
                job,
                learningRate,
                // what was sent is shared by all tasks of the JVM, and by a driver in it: the copy is what is trained
                start.sent().copy(),
                Rendezvous.driver(rendezvous),
                context::isInterrupted,
                timeout);
        try {
            group.open(rendezvous);
            return group;
        } catch (Throwable e) {
            group.close();
            throw e;
        }
    }

    /** One task's part of the stage. */
    private final class Member {
        private final TaskGroup group;
        private final StageKey key;
        private final int rank;
        private final int member;
        private final StageShards shards;
        private final BarrierTaskContext context;
        private final Optional<ScoreWorker> scorer;
        private final RpcEndpointRef driver = Rendezvous.driver(rendezvous);
        private long told;

        Member(TaskGroup group, StageKey key, int rank, int member, StageShards shards, BarrierTaskContext context) {
            this.group = group;
            this.key = key;
            this.rank = rank;
            this.member = member;
            this.shards = shards;
            this.context = context;
            this.scorer = shards.scored().map(set -> new ScoreWorker(set.job(), group.theta(), set.shards()));
        }

        void run() {
            ShardWorker worker = ShardWorker.borrow(job);
            try {
                for (int number = 0; ; number++) {
                    Optional<GradientSync.Stride> stride = group.next(member, number);
                    if (stride.isEmpty()) {
                        return;
                    }
                    boolean finite = take(worker, stride.get(), number);
                    long start = System.nanoTime();
                    List<ReductionTree.Node<ScoreSums>> scores =
                            finite && stride.get().endsEpoch(job.plan())
                                    ? scorer.map(each -> each.sums(this::requireRunning))
                                            .orElse(List.of())
                                    : List.of();
                    Optional<StrideOutcome> outcome = group.end(member, scores, System.nanoTime() - start);
                    if (outcome.isPresent()) {
                        driver.send(Rendezvous.ended(key, number, packed(outcome.get())));
                    }
                }
            } finally {
                worker.back();
            }
        }

        private Object packed(StrideOutcome outcome) {
            return SparkEnv.get().executorId().equals(SparkContext$.MODULE$.DRIVER_IDENTIFIER())
                    ? outcome
                    : outcome.toBytes();
        }

        /** Takes the stride's steps; whether all losses were finite. */
        private boolean take(ShardWorker worker, GradientSync.Stride stride, int number) {
            int first = stride.from();
            told = System.nanoTime();
            for (int step = stride.from(); step < stride.to(); step++) {
                requireRunning();
                long start = System.nanoTime();
                List<ReductionTree.Node<GradientSum>> nodes =
                        worker.gradients(shards.training(), group.theta(), stride.epoch(), step);
                if (!group.step(member, step, nodes, System.nanoTime() - start)) {
                    return false;
                }
                worker.recycleZeros(nodes);
                if (rank == 0) {
                    first = tell(stride, number, first);
                }
            }
            return true;
        }

        private void requireRunning() {
            if (context.isInterrupted()) {
                throw new IllegalStateException("the task was interrupted");
            }
        }

        /** Tells the driver of steps, now and then; the first that it has not heard of. */
        private int tell(GradientSync.Stride stride, int number, int first) {
            long now = System.nanoTime();
            int end = stride.from() + group.taken();
            if (now - told < TELL_NANOS || end == first) {
                return first;
            }
            driver.send(Rendezvous.steps(
                    key, number, first, group.losses(first - stride.from(), end - stride.from()), group.syncShare()));
            told = now;
            return end;
        }
    }
}
