package io.lockstep.train;

import io.lockstep.math.ChunkedSum;
import io.lockstep.math.ReductionTree;
import io.lockstep.math.Runs;
import io.lockstep.optim.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the tasks of a barrier stage share in one JVM: θ, the optimizer's state, and each other's gradient sums. A step is
 * computed by all, then each member adds the sums and steps the optimizer for its slice of θ, chunk by chunk, so that
 * the sum is still in the cache when the optimizer wants it.
 *
 * <p>It works on copies; the driver takes them over when the stage has ended, so a stage that is run again starts from
 * where the first attempt did.
 */
final class SharedStride {
    private static final Map<String, SharedStride> ACTIVE = new ConcurrentHashMap<>();

    private final TrainingState state;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final int epoch;
    private final double[] losses;
    private final long[] computeNanos;
    private volatile int stepsDone;
    private Members members;

    private SharedStride(TrainingState state, ShardWorker.Job job, LearningRate learningRate, int epoch) {
        this.state = new TrainingState(state.theta().clone(), state.optimizer().copy());
        this.job = job;
        this.learningRate = learningRate;
        this.epoch = epoch;
        this.losses = new double[job.plan().steps()];
        this.computeNanos = new long[job.plan().steps()];
    }

    /** Prepares a stride in this JVM, under a name that its tasks know. */
    static SharedStride open(
            String name, TrainingState state, ShardWorker.Job job, LearningRate learningRate, int epoch) {
        SharedStride stride = new SharedStride(state, job, learningRate, epoch);
        ACTIVE.put(name, stride);
        return stride;
    }

    /**
     * The stride of that name.
     *
     * @throws IllegalStateException if it was opened in another JVM
     */
    static SharedStride named(String name) {
        SharedStride stride = ACTIVE.get(name);
        if (stride == null) {
            throw new IllegalStateException("the tasks of a barrier stage are spread over several JVMs");
        }
        return stride;
    }

    static void close(String name) {
        ACTIVE.remove(name);
    }

    /** The θ and optimizer that the steps left. */
    TrainingState state() {
        return state;
    }

    /** How many steps were taken so far; read while the tasks run. */
    int stepsDone() {
        return stepsDone;
    }

    /** Σ L of a step that was taken, before it. */
    double loss(int step) {
        return losses[step];
    }

    /** How long the slowest member computed in a step that was taken. */
    long computeNanos(int step) {
        return computeNanos[step];
    }

    /** The group of an attempt of the stage; the first to come makes it. */
    synchronized Members members(int attempt, int count) {
        if (members == null || members.attempt != attempt) {
            if (members != null) {
                throw new IllegalStateException("a barrier stage was run again; the epoch starts over");
            }
            members = new Members(attempt, count);
        }
        return members;
    }

    /** The tasks at work. */
    final class Members {
        private final int attempt;
        private final int count;
        private final SpinBarrier barrier;
        private final List<List<ReductionTree.Node<GradientSum>>> nodes = new ArrayList<>();
        private final long[] nanos;
        private final double[] chunkSquares;

        Members(int attempt, int count) {
            this.attempt = attempt;
            this.count = count;
            this.barrier = new SpinBarrier(count);
            this.nanos = new long[count];
            for (int i = 0; i < count; i++) {
                nodes.add(List.of());
            }
            this.chunkSquares = new double[chunks()];
        }

        private int chunks() {
            return (state.theta().length + ChunkedSum.CHUNK - 1) / ChunkedSum.CHUNK;
        }

        /** Sets the other members free after a failure of this one. */
        void fail(Throwable cause) {
            barrier.fail(cause);
        }

        /**
         * A member's part of a step.
         *
         * @param own the member's gradient sums
         * @param computed how long they took
         * @return whether the step was taken; if not, its loss is not finite and θ is as it was before
         */
        boolean step(int member, int step, List<ReductionTree.Node<GradientSum>> own, long computed) {
            nodes.set(member, own);
            nanos[member] = computed;
            barrier.await();
            Sum sum = new Sum(nodes);
            if (sum.examples != job.plan().rows(step)) {
                throw new IllegalStateException("step " + step + " summed " + sum.examples + " examples, not "
                        + job.plan().rows(step));
            }
            if (member == 0) {
                losses[step] = sum.loss;
                computeNanos[step] = slowest();
            }
            boolean finite = Double.isFinite(sum.loss);
            if (finite) {
                update(member, step, sum);
            }
            barrier.await();
            if (member == 0 && finite) {
                stepsDone = step + 1;
            }
            return finite;
        }

        private long slowest() {
            long slowest = 0;
            for (long each : nanos) {
                slowest = Math.max(slowest, each);
            }
            return slowest;
        }

        private void update(int member, int step, Sum sum) {
            float[] theta = state.theta();
            Optimizer optimizer = state.optimizer();
            int first = Runs.start(chunks(), member, count);
            int last = Runs.start(chunks(), member + 1, count);
            double alpha = learningRate.at(epoch, step, job.plan().steps());
            long number = optimizer.steps() + step + 1;
            double squares = 0;
            if (optimizer.clips()) {
                squares = squares(first, last, sum);
            }
            Optimizer.Step shared = new Optimizer.Step(number, sum.examples, alpha, squares);
            for (int chunk = first; chunk < last; chunk++) {
                int from = chunk * ChunkedSum.CHUNK;
                int to = Math.min(theta.length, from + ChunkedSum.CHUNK);
                if (!optimizer.clips()) {
                    sum.addUp(from, to);
                }
                optimizer.stepSlice(theta, sum.root(), from, to, shared);
            }
        }

        /** The squares of the whole gradient: each member adds up its chunks, then all add the chunks in one order. */
        private double squares(int first, int last, Sum sum) {
            for (int chunk = first; chunk < last; chunk++) {
                int from = chunk * ChunkedSum.CHUNK;
                int to = Math.min(state.theta().length, from + ChunkedSum.CHUNK);
                sum.addUp(from, to);
                chunkSquares[chunk] = ChunkedSum.ofSquares(sum.root(), from, to);
            }
            barrier.await();
            double squares = 0;
            for (double each : chunkSquares) {
                squares += each;
            }
            return squares;
        }
    }

    /** The sum over all members in the order of the shard tree: the scalars at once, the gradient slice by slice. */
    private static final class Sum {
        private final List<GradientSum> lefts = new ArrayList<>();
        private final List<GradientSum> rights = new ArrayList<>();
        private final GradientSum root;
        private final double loss;
        private final long examples;

        Sum(List<List<ReductionTree.Node<GradientSum>>> nodes) {
            ReductionTree<Partial> tree = new ReductionTree<>((left, right) -> {
                lefts.add(left.sum());
                rights.add(right.sum());
                return new Partial(left.sum(), left.loss() + right.loss(), left.examples() + right.examples());
            });
            for (int m = 0; m < nodes.size(); m++) {
                for (int i = 0; i < nodes.get(m).size(); i++) {
                    ReductionTree.Node<GradientSum> node = nodes.get(m).get(i);
                    GradientSum value = node.value();
                    tree.addNode(new ReductionTree.Node<>(
                            node.level(), node.index(), new Partial(value, value.loss(), value.examples())));
                }
            }
            Partial total = tree.root();
            root = total.sum();
            loss = total.loss();
            examples = total.examples();
        }

        /** Adds the gradients up in [from, to); they end in {@link #root}. */
        void addUp(int from, int to) {
            for (int k = 0; k < lefts.size(); k++) {
                float[] left = lefts.get(k).gradient();
                float[] right = rights.get(k).gradient();
                for (int i = from; i < to; i++) {
                    left[i] += right[i];
                }
            }
        }

        float[] root() {
            return root.gradient();
        }
    }

    /** A node whose gradients are still to be added, and whose scalars are. */
    private record Partial(GradientSum sum, double loss, long examples) {}
}
