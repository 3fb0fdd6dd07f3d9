package io.lockstep.train;

import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * A barrier stage for each epoch: its tasks stay alive, keep their shards and buffers, and step together. They exchange
 * gradients through the memory that they share, so all of them must run in one JVM.
 */
final class BarrierAllReduce implements GradientSync {
    private static final long POLL_MILLIS = 50;

    private final JavaRDD<ShardTask> shards;
    private final JavaRDD<ShardTask> probed;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;

    /**
     * Trains on {@code shards}, each element of which is a task's, without parents.
     *
     * @param probed the same shards for ordinary jobs
     */
    BarrierAllReduce(
            JavaRDD<ShardTask> shards, JavaRDD<ShardTask> probed, ShardWorker.Job job, LearningRate learningRate) {
        this.shards = shards;
        this.probed = probed;
        this.job = job;
        this.learningRate = learningRate;
    }

    @Override
    public EpochSums epoch(TrainingState state, int epoch, StepListener listener) {
        String name = UUID.randomUUID().toString();
        long start = System.nanoTime();
        SharedStride stride = SharedStride.open(name, state, job, learningRate, epoch);
        try {
            Progress progress = new Progress(stride, listener, start);
            run(name, epoch, progress);
            progress.report();
            TrainingState after = stride.state();
            System.arraycopy(after.theta(), 0, state.theta(), 0, state.theta().length);
            int taken = stride.stepsDone();
            after.optimizer().stepped(taken);
            state.optimizer().become(after.optimizer());
            if (taken < job.plan().steps()) {
                throw new Divergence(probed, job).explain(state, epoch, taken, stride.loss(taken));
            }
            return progress.sums(taken);
        } finally {
            SharedStride.close(name);
        }
    }

    @Override
    public void close() {
        ShardWorker.release(job.id());
    }

    /** Runs the stage, and tells of steps while it runs. */
    private void run(String name, int epoch, Progress progress) {
        RDD<Boolean> stage = shards.rdd()
                .barrier()
                .mapPartitions(
                        new StrideTask(name, job, epoch), false, ClassTag$.MODULE$.<Boolean>apply(Boolean.class));
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(shards.context());
        // a thread of our own, not collectAsync: Scala's futures print stack traces when the JVM is told to end
        FutureTask<List<Boolean>> running = new FutureTask<>(() -> {
            spark.setJobGroup(name, "epoch " + epoch, true);
            return stage.toJavaRDD().collect();
        });
        Thread thread = new Thread(running, "lockstep-epoch-" + epoch);
        thread.setDaemon(true);
        thread.start();
        try {
            while (!running.isDone()) {
                try {
                    running.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    progress.report();
                }
            }
            running.get();
        } catch (InterruptedException e) {
            spark.cancelJobGroup(name);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in epoch " + epoch, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "epoch " + epoch + " failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    /** Tells the listener of the steps that were taken since it was last told. */
    private final class Progress {
        private final SharedStride stride;
        private final StepListener listener;
        private final long start;
        private double loss;
        private long examples;
        private double computeSeconds;
        private int reported;

        Progress(SharedStride stride, StepListener listener, long start) {
            this.stride = stride;
            this.listener = listener;
            this.start = start;
        }

        void report() {
            int done = stride.stepsDone();
            while (reported < done) {
                long rows = job.plan().rows(reported);
                loss += stride.loss(reported);
                examples += rows;
                computeSeconds += stride.computeNanos(reported) / 1e9;
                reported++;
                listener.stepTaken(
                        reported,
                        job.plan().steps(),
                        stride.loss(reported - 1) / rows,
                        rows,
                        sums(reported).syncShare());
            }
        }

        EpochSums sums(int steps) {
            return new EpochSums(steps, loss, examples, (System.nanoTime() - start) / 1e9, computeSeconds);
        }
    }

    /** Takes all steps of an epoch with the other tasks. */
    private static final class StrideTask extends AbstractFunction1<Iterator<ShardTask>, Iterator<Boolean>>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final ShardWorker.Job job;
        private final int epoch;

        StrideTask(String name, ShardWorker.Job job, int epoch) {
            this.name = name;
            this.job = job;
            this.epoch = epoch;
        }

        @Override
        public Iterator<Boolean> apply(Iterator<ShardTask> tasks) {
            BarrierTaskContext context = BarrierTaskContext.get();
            SharedStride stride = SharedStride.named(name);
            SharedStride.Members members = stride.members(context.stageAttemptNumber(), context.getTaskInfos().length);
            try {
                run(members, context.partitionId(), tasks.next(), stride.state().theta());
                return CollectionConverters.asScala(List.of(Boolean.TRUE).iterator());
            } catch (RuntimeException | Error e) {
                // whatever failed, the others wait for this task at the next step
                members.fail(e);
                throw e;
            }
        }

        private void run(SharedStride.Members members, int member, ShardTask task, float[] theta) {
            ShardWorker worker = ShardWorker.borrow(job);
            try {
                boolean finite = true;
                for (int step = 0; finite && step < job.plan().steps(); step++) {
                    long start = System.nanoTime();
                    List<ReductionTree.Node<GradientSum>> nodes = worker.gradients(task, theta, epoch, step);
                    finite = members.step(member, step, nodes, System.nanoTime() - start);
                    worker.recycle(nodes);
                }
            } finally {
                worker.back();
            }
        }
    }
}
