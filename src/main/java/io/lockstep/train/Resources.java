package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import java.io.File;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.Utils;

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

    /** What an executor has. */
    private record Executor(String id, long heap, long disk) implements Serializable {}

    /** The multiplications and additions of a step: 2·W·B forward, as many for dW, and for dA but for the lowest layer. */
    public static double operations(NetworkSpec network, long batch) {
        double weights = 0;
        double lowest = 0;
        Shape shape = network.input();
        for (LayerSpec layer : network.layers()) {
            if (layer instanceof LayerSpec.Dense dense) {
                double size = (double) dense.units() * shape.size();
                lowest = weights == 0 ? size : lowest;
                weights += size;
            }
            shape = layer.output(shape);
        }
        return batch * (6 * weights - 2 * lowest);
    }

    /** The needs of a training that steps as {@code plan} says. */
    public static List<Need> of(
            JavaSparkContext spark, LockstepConfig config, TrainingData data, TrainingListener.Plan plan) {
        List<Executor> executors = executors(spark, plan.slots());
        int tasks = Math.max(1, (plan.tasks() + executors.size() - 1) / executors.size());
        long rowBytes = (data.set(DataRole.TRAIN).width() + targets(plan.network())) * (long) Float.BYTES;
        long sets = 0;
        for (DataRole role : DataRole.values()) {
            sets += data.has(role) ? data.set(role).examples() * rowBytes : 0;
        }
        long theta = 4L * plan.network().parameterCount();
        long state = theta * stateArrays(config, plan.network());
        long sums = theta * (tasks + 1L);
        long buffers = tasks * passBytes(plan);
        List<Need> needs = new ArrayList<>();
        long heap = least(executors, Executor::heap);
        boolean local = spark.isLocal();
        // packed rows lie in the block store, which goes over to disk; each executor maps its own shards beside
        needs.add(new Need(
                "shards on disk" + (local ? "" : ", an executor"),
                2 * sets / executors.size(),
                least(executors, Executor::disk)));
        if (local) {
            needs.add(new Need("heap: θ, state, gradients, buffers", 4 * theta + 2 * state + sums + buffers, heap));
        } else {
            needs.add(new Need("heap of an executor: the same", theta + state + sums + buffers, heap));
            needs.add(new Need(
                    "heap of the driver: θ, state",
                    5 * theta + 2 * state,
                    Runtime.getRuntime().maxMemory()));
        }
        return List.copyOf(needs);
    }

    private static long targets(NetworkSpec network) {
        return network.loss().targets(network.outputs());
    }

    private static long stateArrays(LockstepConfig config, NetworkSpec network) {
        // an optimizer of a network of one weight has as many arrays as any
        NetworkSpec tiny = new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(1)), network.loss());
        Regularization none = new Regularization(0, 0, OptionalDouble.empty(), OptionalDouble.empty(), 1);
        return new Optimizer(config.training().optimizer(), none, tiny).state(0, 1).length;
    }

    /** A task's buffers: what each layer puts out and hands down, for the examples of a pass. */
    private static long passBytes(TrainingListener.Plan plan) {
        long floats = 2L * plan.network().input().size();
        Shape shape = plan.network().input();
        for (LayerSpec layer : plan.network().layers()) {
            shape = layer.output(shape);
            floats += 2L * shape.size();
        }
        long rows = (plan.batchSize() + plan.shards() - 1) / plan.shards();
        return floats * Float.BYTES * Math.min(PASS_ROWS, rows);
    }

    private static long least(List<Executor> executors, java.util.function.ToLongFunction<Executor> of) {
        return executors.stream().mapToLong(of).min().orElse(0);
    }

    /** The executors, as far as the tasks of one job reach them. */
    private static List<Executor> executors(JavaSparkContext spark, int slots) {
        List<Executor> found = spark.parallelize(Collections.nCopies(Math.max(1, slots), 0), Math.max(1, slots))
                .map(task -> {
                    SparkEnv env = SparkEnv.get();
                    File local = new File(Utils.getLocalDir(env.conf()));
                    return new Executor(env.executorId(), Runtime.getRuntime().maxMemory(), local.getUsableSpace());
                })
                .collect();
        Map<String, Executor> byId = new HashMap<>();
        found.forEach(executor -> byId.putIfAbsent(executor.id(), executor));
        return byId.values().stream().sorted(Comparator.comparing(Executor::id)).toList();
    }
}
