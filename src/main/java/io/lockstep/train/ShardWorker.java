package io.lockstep.train;

import io.lockstep.augment.Augmentation;
import io.lockstep.augment.Augmenter;
import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.TrainingPass;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The training step on one task: the gradients of its shards' slices of the mini-batch, added as far as its run of the
 * tree goes. One worker has the buffers of one thread; {@link #borrow} finds a free one in this JVM.
 */
final class ShardWorker {
    /** Examples of one pass through the network; a thicker slice takes several, which add to the same gradient. */
    static final int PASS_ROWS = 1024;

    /** Trainings whose workers a JVM keeps: an executor is not told when one ends. */
    private static final int MOST_RUNS = 3;

    private static final Map<String, Run> RUNS = new HashMap<>();
    private static final Deque<String> RECENT = new ArrayDeque<>();

    /** What every worker of a training must know; {@code id} is the training's own. */
    record Job(
            String id, NetworkSpec network, BatchPlan plan, long seed, ShuffleRule shuffle, Augmentation augmentation)
            implements Serializable {}

    private final Job job;
    private final Network network;
    private final Augmenter augmenter;
    private final PassExamples examples;
    private final int[] rows;
    /** Of the shards this worker last had; those that several may use are in the run. */
    private final Map<Integer, EpochOrder> orders = new HashMap<>();

    private final Run run;
    private final Deque<GradientSum> spare = new ArrayDeque<>();

    /** What the workers of a training share in this JVM. */
    private static final class Run {
        private final Deque<ShardWorker> idle = new ArrayDeque<>();
        /** By shard. A permutation is as long as the shard: one for each worker would be as many times the memory. */
        private final Map<Integer, EpochOrder> orders = new ConcurrentHashMap<>();
    }

    private ShardWorker(Job job, Run run) {
        int capacity = Math.min(PASS_ROWS, job.plan().mostRows());
        this.job = job;
        this.run = run;
        this.rows = new int[capacity];
        this.network = new Network(job.network(), capacity);
        this.augmenter = job.augmentation().augmenter();
        this.examples = new PassExamples(job.network(), capacity);
    }

    /** A worker that no other thread has; give it {@link #back}. */
    static ShardWorker borrow(Job job) {
        Run run;
        synchronized (RUNS) {
            run = run(job.id());
            if (!run.idle.isEmpty()) {
                return run.idle.pop();
            }
        }
        return new ShardWorker(job, run);
    }

    private static Run run(String id) {
        Run run = RUNS.get(id);
        if (run == null) {
            run = new Run();
            RUNS.put(id, run);
            RECENT.addLast(id);
            if (RECENT.size() > MOST_RUNS) {
                RUNS.remove(RECENT.removeFirst());
            }
        }
        return run;
    }

    /** Drops the idle workers of a training that has ended. */
    static void release(String id) {
        synchronized (RUNS) {
            RUNS.remove(id);
            RECENT.remove(id);
        }
    }

    /** Makes the worker free for other tasks. */
    void back() {
        synchronized (RUNS) {
            run(job.id()).idle.push(this);
        }
    }

    /**
     * The task's part of a step: Σ over its slices of (∂L/∂θ, L, 1).
     *
     * @param theta θ
     * @return the sums of the maximal aligned subtrees of its run of shards
     */
    List<ReductionTree.Node<GradientSum>> gradients(ShardTask task, float[] theta, int epoch, int step) {
        ReductionTree<GradientSum> tree = new ReductionTree<>(this::merge);
        for (ShardRange range : task.shards()) {
            tree.addLeaf(range.shard(), gradient(task.shard(range), range.shard(), theta, epoch, step));
        }
        return tree.nodes();
    }

    private GradientSum merge(GradientSum left, GradientSum right) {
        left.add(right);
        spare.push(right);
        return left;
    }

    /** Takes sums back that nobody reads any more, so that later steps need not allocate. */
    void recycle(List<ReductionTree.Node<GradientSum>> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            spare.push(nodes.get(i).value());
        }
    }

    /** {@link #recycle} of sums whose gradients are zeros again. */
    void recycleZeros(List<ReductionTree.Node<GradientSum>> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).value().leftZero();
        }
        recycle(nodes);
    }

    private GradientSum gradient(Shard shard, int number, float[] theta, int epoch, int step) {
        GradientSum sum = spare.isEmpty()
                ? new GradientSum(new float[theta.length], 0, 0)
                : spare.pop().clear();
        EpochOrder order = order(shard, number, epoch);
        int start = job.plan().start(number, step);
        int end = job.plan().start(number, step + 1);
        double loss = 0;
        for (int from = start; from < end; from += network.capacity()) {
            int m = Math.min(network.capacity(), end - from);
            TrainingPass pass = new TrainingPass(job.seed(), epoch, step, number, from - start);
            order.rows(from, m, rows);
            examples.gather(shard, rows, 0, m);
            examples.augment(augmenter, pass);
            loss += examples.addGradient(network, theta, pass, sum.gradient());
        }
        sum.count(loss, end - start);
        return sum;
    }

    /** The lowest layer whose output for the task's slices is not finite, by {@link Network#firstNonFiniteLayer}. */
    OptionalInt firstNonFiniteLayer(ShardTask task, float[] theta, int epoch, int step) {
        OptionalInt lowest = OptionalInt.empty();
        for (ShardRange range : task.shards()) {
            Shard shard = task.shard(range);
            EpochOrder order = order(shard, range.shard(), epoch);
            int start = job.plan().start(range.shard(), step);
            int end = job.plan().start(range.shard(), step + 1);
            for (int from = start; from < end; from += network.capacity()) {
                int m = Math.min(network.capacity(), end - from);
                order.rows(from, m, rows);
                examples.gather(shard, rows, 0, m);
                examples.augment(augmenter, new TrainingPass(job.seed(), epoch, step, range.shard(), from - start));
                OptionalInt layer = examples.firstNonFiniteLayer(network, theta);
                if (layer.isPresent() && (lowest.isEmpty() || layer.getAsInt() < lowest.getAsInt())) {
                    lowest = layer;
                }
            }
        }
        return lowest;
    }

    private EpochOrder order(Shard shard, int number, int epoch) {
        Map<Integer, EpochOrder> known = job.shuffle() instanceof ShuffleRule.Full ? run.orders : orders;
        EpochOrder order = known.get(number);
        if (order == null || order.epoch() != epoch) {
            order = newOrder(shard, number, epoch);
            known.put(number, order);
        }
        return order;
    }

    private EpochOrder newOrder(Shard shard, int number, int epoch) {
        return job.shuffle() instanceof ShuffleRule.Blocks blocks
                ? new BlockOrder(
                        blocks,
                        job.seed(),
                        epoch,
                        number,
                        shard.rows(),
                        (from, count) -> Readahead.of(shard, from, count))
                : new EpochOrder.Full(job.seed(), epoch, number, shard.rows());
    }
}
