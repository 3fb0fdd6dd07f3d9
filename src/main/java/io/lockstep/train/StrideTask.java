package io.lockstep.train;

import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEndpointRef;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/** A task of a barrier stage: takes all steps of a stride with the other tasks. */
final class StrideTask extends AbstractFunction1<Iterator<ShardTask>, Iterator<StrideOutcome>> implements Serializable {
    private static final long serialVersionUID = 1L;

    /** How often the driver hears of steps. */
    private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final float[] NO_FLOATS = {};

    private final UUID name;
    /** The attempt at the stride before, which this one goes on from; null if it does not. */
    private final UUID previous;

    private final String rendezvous;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final GradientSync.Stride stride;
    private final Handover<TrainingState, StrideOutcome> handover;

    /**
     * A task of a stage.
     *
     * @param name of the attempt
     * @param previous the attempt whose outcome this stride starts from, if executors may still have it
     */
    StrideTask(
            UUID name,
            Optional<UUID> previous,
            String rendezvous,
            ShardWorker.Job job,
            LearningRate learningRate,
            GradientSync.Stride stride,
            Handover<TrainingState, StrideOutcome> handover) {
        this.name = name;
        this.previous = previous.orElse(null);
        this.rendezvous = rendezvous;
        this.job = job;
        this.learningRate = learningRate;
        this.stride = stride;
        this.handover = handover;
    }

    @Override
    public Iterator<StrideOutcome> apply(Iterator<ShardTask> tasks) {
        BarrierTaskContext context = BarrierTaskContext.get();
        RankTable table = new RankTable(Arrays.stream(context.getTaskInfos())
                .map(BarrierTaskInfo::address)
                .toList());
        int rank = table.rank(context.partitionId());
        int executor = table.executorOf(rank);
        int member = rank - table.firstRank(executor);
        StrideKey key = new StrideKey(name, context.stageAttemptNumber());
        try {
            TaskGroup group = TaskGroups.join(
                    key,
                    table.firstRank(executor + 1) - table.firstRank(executor),
                    () -> open(key, table, executor, context));
            try {
                run(group, key, rank, member, tasks.next().run(rank), context);
            } catch (Throwable e) {
                // Spark throws checked exceptions that Scala does not declare; and whatever failed, the others wait for
                // this task at the next step
                group.fail(e);
                throw e;
            }
            StrideOutcome outcome = outcome(group, rank, member);
            if (member == 0 && group.taken() == stride.steps()) {
                group.state().optimizer().stepped(stride.steps());
                KeptState.keep(job.id(), name, table, executor, group.left());
            }
            return CollectionConverters.asScala(handover.deliver(outcome).iterator());
        } finally {
            TaskGroups.leave(key);
        }
    }

    private TaskGroup open(StrideKey key, RankTable table, int executor, BarrierTaskContext context) {
        long timeout =
                TimeUnit.SECONDS.toNanos(SparkEnv.get().conf().getTimeAsSeconds("spark.network.timeout", "120s"));
        TaskGroup group = new TaskGroup(
                key,
                table,
                executor,
                stride,
                job,
                learningRate,
                start(table, executor),
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

    /** Where the stride starts: as the last one left it here, else as the driver has it. */
    private KeptState.Contents start(RankTable table, int executor) {
        return KeptState.take(job.id(), previous, table, executor)
                // what was sent is shared by all tasks of the JVM, and a stage may run again: the copy is what is
                // trained
                .orElseGet(() -> new KeptState.Contents(handover.sent().copy(), Optional.empty()));
    }

    private void run(
            TaskGroup group, StrideKey key, int rank, int member, ShardTask shards, BarrierTaskContext context) {
        Report report = rank == 0 ? new Report(group, key) : null;
        ShardWorker worker = ShardWorker.borrow(job);
        try {
            boolean finite = true;
            for (int step = stride.from(); finite && step < stride.to(); step++) {
                if (context.isInterrupted()) {
                    throw new IllegalStateException("the task was interrupted");
                }
                long start = System.nanoTime();
                List<ReductionTree.Node<GradientSum>> nodes =
                        worker.gradients(shards, group.state().theta(), stride.epoch(), step);
                finite = group.step(member, step, nodes, System.nanoTime() - start);
                if (finite) {
                    worker.recycleZeros(nodes);
                }
                if (report != null) {
                    report.tell();
                }
            }
        } finally {
            worker.back();
        }
    }

    private StrideOutcome outcome(TaskGroup group, int rank, int member) {
        long[] nanos = group.times(member).nanos();
        double[] losses = rank == 0 ? group.losses() : new double[0];
        Pieces.Piece own = group.own();
        if (member > 0 || own.length() == 0) {
            return new StrideOutcome(0, NO_FLOATS, new float[0][], group.taken(), losses, nanos);
        }
        TrainingState state = group.state();
        return new StrideOutcome(
                own.from(),
                Arrays.copyOfRange(state.theta(), own.from(), own.to()),
                state.optimizer().state(own.from(), own.to()),
                group.taken(),
                losses,
                nanos);
    }

    /** Tells the driver of steps, now and then. */
    private final class Report {
        private final TaskGroup group;
        private final StrideKey key;
        private final RpcEndpointRef driver;
        private long last = System.nanoTime();
        private int told;

        Report(TaskGroup group, StrideKey key) {
            this.group = group;
            this.key = key;
            this.driver = Rendezvous.driver(rendezvous);
        }

        void tell() {
            long now = System.nanoTime();
            int taken = group.taken();
            if (now - last >= TELL_NANOS && taken > told) {
                driver.send(Rendezvous.steps(
                        key,
                        stride.from() + told,
                        Arrays.copyOfRange(group.losses(), told, taken),
                        group.times(0).syncShare()));
                last = now;
                told = taken;
            }
        }
    }
}
