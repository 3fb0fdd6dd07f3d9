package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ExampleSize;
import io.lockstep.data.ExecutorSpace;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.Sizes;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;
import org.apache.spark.api.java.JavaSparkContext;

/** What a training will take of memory and disk, roughly, and what there is. All sizes in bytes. */
public final class Resources {
    private static final int PASS_ROWS = ShardWorker.PASS_ROWS;

    private Resources() {}

    /**
     * A need, beside what there is.
     *
     * @param what in words
     * @param needed roughly
     * @param there where it is to come from; of several executors the one that has least
     */
    public record Need(String what, long needed, long there) {
        /** Whether it is too much. */
        public boolean exceeds() {
            return needed > there;
        }
    }

    /**
     * The multiplications and additions of a step: 2·W·B forward, as many for dW, and for dA but for the lowest layer,
     * whose W counts as far as it meets features that are stored.
     *
     * @param size of an example
     */
    public static double operations(NetworkSpec network, long batch, ExampleSize size) {
        double operations = 0;
        boolean isLowest = true;
        Shape shape = network.input();
        for (LayerSpec layer : network.layers()) {
            if (layer instanceof LayerSpec.Dense dense) {
                operations += dense.units() * (isLowest ? 4 * size.values() : 6.0 * shape.size());
                isLowest = false;
            }
            shape = layer.output(shape);
        }
        return batch * operations;
    }

    /** The needs of a training that steps as {@code plan} says. */
    public static List<Need> of(
            JavaSparkContext spark, LockstepConfig config, TrainingData data, TrainingListener.Plan plan) {
        List<ExecutorSpace> executors = ExecutorSpace.of(spark, plan.slots());
        int tasks = Math.max(1, (plan.tasks() + executors.size() - 1) / executors.size());
        double sets = 0;
        for (DataRole role : DataRole.values()) {
            sets += data.has(role)
                    ? data.set(role).exampleSize().onDisk() * data.set(role).examples()
                    : 0;
        }
        ShardedSet train = data.set(DataRole.TRAIN);
        ExampleSize size = train.exampleSize();
        long theta = 4L * plan.network().parameterCount();
        long state = theta * stateArrays(config, plan.network());
        long sums = theta * (tasks + 1L);
        long buffers = tasks * passBytes(plan.network(), size, plan.batchSize(), plan.shards())
                + orderBytes(config, size, train.examples(), plan.shards()) / executors.size();
        long checkpoints = mostOfCheckpoints(config, theta, state);
        List<Need> needs = new ArrayList<>();
        long heap = least(executors, ExecutorSpace::heap);
        boolean local = spark.isLocal();
        // packed rows lie in the block store, which goes over to disk; each executor maps its own shards beside
        needs.add(new Need(
                "shards on disk" + (local ? "" : ", an executor"),
                (long) (sets / executors.size()),
                least(executors, ExecutorSpace::disk)));
        if (local) {
            long all = 4 * theta + 2 * state + sums + buffers + checkpoints;
            needs.add(new Need("heap: θ, state, gradients, buffers", all, heap));
        } else {
            needs.add(new Need("heap of an executor: the same", theta + state + sums + buffers, heap));
            needs.add(new Need(
                    "heap of the driver: θ, state",
                    5 * theta + 2 * state + checkpoints,
                    Runtime.getRuntime().maxMemory()));
        }
        return List.copyOf(needs);
    }

    /** Refuses a network as soon as the survey tells its inputs and outputs, if the heaps cannot hold it. */
    public static TrainingData.Preflight preflight(JavaSparkContext spark, LockstepConfig config) {
        return found -> {
            int slots = Synchronization.slots(spark);
            List<ExecutorSpace> executors = ExecutorSpace.of(spark, slots);
            NetworkSpec network = Networks.of(config, found.size().features(), found.classes());
            requireHeap(spark.isLocal(), slots, executors, config, network, found.size(), found.examples());
        };
    }

    /**
     * Looks whether the heaps can hold a network's parameters, the optimizer's state, the gradients and the buffers: only
     * what every training of it has in memory, so that none is refused that could have gone on.
     *
     * @throws ConfigException if they cannot
     */
    static void requireHeap(
            boolean local,
            int slots,
            List<ExecutorSpace> executors,
            LockstepConfig config,
            NetworkSpec network,
            ExampleSize size,
            long examples) {
        int shards = TrainingData.shards(config);
        long batch = Math.min(examples, config.training().batchSize().rows(examples));
        int each = (slots + executors.size() - 1) / Math.max(1, executors.size());
        long tasks = Math.max(1, Math.min(each, shards));
        long theta = 4L * network.parameterCount();
        long state = theta * stateArrays(config, network);
        // θ is there as it is and, on the driver, as the best epoch left it; a checkpoint is a copy
        long copy = config.checkpoint().isPresent() ? theta + state : 0;
        long driver = 2 * theta + state + copy;
        long executor = theta * (1 + tasks)
                + state
                + tasks * passBytes(network, size, batch, shards)
                + orderBytes(config, size, examples, shards) / Math.max(1, executors.size());
        if (local) {
            requireHeap("", driver + executor - theta - state, executors, tasks);
        } else {
            requireHeap(" of an executor", executor, executors, tasks);
            long heap = Runtime.getRuntime().maxMemory();
            requireHeap(" of the driver", driver, List.of(new ExecutorSpace("driver", "driver", heap, "", 0)), 1);
        }
    }

    private static void requireHeap(String whose, long needed, List<ExecutorSpace> executors, long tasks) {
        long there = least(executors, ExecutorSpace::heap);
        if (needed > there) {
            throw new ConfigException(String.format(
                    Locale.ROOT,
                    "network: parameters, optimizer state%s take at least %s of heap%s, and it has %s. Give it"
                            + " more (LOCKSTEP_HEAP, spark.executor.memory), or take a smaller network%s.",
                    whose.contains("driver") ? "" : ", gradients and buffers of " + tasks + " tasks",
                    Sizes.of(needed),
                    whose,
                    Sizes.of(there),
                    tasks > 1 ? " or fewer cores for an executor" : ""));
        }
    }

    /**
     * The driver's, at the most: at the end one checkpoint is being written and the last one waits, each with θ and the
     * optimizer's state of its own, the first with what were the best θ and the last epoch's.
     */
    private static long mostOfCheckpoints(LockstepConfig config, long theta, long state) {
        return config.checkpoint().isPresent() ? 4 * theta + 2 * state : 0;
    }

    private static long stateArrays(LockstepConfig config, NetworkSpec network) {
        // an optimizer of a network of one weight has as many arrays as any
        NetworkSpec tiny = new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(1)), network.loss());
        Regularization none = new Regularization(0, 0, OptionalDouble.empty(), OptionalDouble.empty(), 1);
        return new Optimizer(config.training().optimizer(), none, tiny).state(0, 1).length;
    }

    /** A task's buffers for the examples of a pass: X, what each layer puts out and keeps, and what it hands down. */
    private static long passBytes(NetworkSpec network, ExampleSize size, long batch, int shards) {
        long floats = 0;
        boolean isLowest = true;
        Shape shape = network.input();
        for (LayerSpec layer : network.layers()) {
            Shape below = shape;
            shape = layer.output(below);
            if (layer instanceof LayerSpec.Dense) {
                floats += shape.size() + (isLowest ? 0 : below.size());
                isLowest = false;
            } else if (!(layer instanceof LayerSpec.Activate)) {
                // an activation works in place; a mask, or what was normalized, stands beside the output
                floats += 2L * shape.size();
            }
        }
        long rows = (batch + shards - 1) / shards;
        return (long) ((size.input() + floats * Float.BYTES) * Math.min(PASS_ROWS, rows));
    }

    /** The orders of an epoch in which all examples are permuted; those of windows are small. */
    private static long orderBytes(LockstepConfig config, ExampleSize size, long examples, int shards) {
        long bytes = (long) (examples * size.packed());
        return ShuffleRule.of(config.data().shuffle(), examples, bytes, shards) instanceof ShuffleRule.Full
                ? examples * Integer.BYTES
                : 0;
    }

    private static long least(List<ExecutorSpace> executors, ToLongFunction<ExecutorSpace> of) {
        return executors.stream().mapToLong(of).min().orElse(0);
    }
}
