package io.lockstep.train;

import io.lockstep.data.Jobs;
import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.SparseBatch;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * The first examples of the canonical order, which is a random one: a sample that is the same on any cluster.
 *
 * @param x X (n_x, m), normalized
 * @param y the targets (targets of an example, m)
 * @param examples m
 * @param shift c of {@link SparseBatch}, where the set stores its examples sparse; else empty
 */
@SuppressWarnings("ArrayRecordComponent") // one sample, handed on
public record ProbeSample(float[] x, float[] y, int examples, float[] shift) implements Serializable {
    private static final int MOST_EXAMPLES = 512;
    private static final int FEWEST_EXAMPLES = 16;
    /** Of X: a sample of examples with very many features has fewer of them. */
    private static final long MOST_FLOATS = 16L << 20;

    /** How many examples the sample of a training's health has at most. */
    static int most(NetworkSpec network) {
        return most(network, MOST_EXAMPLES);
    }

    /** {@code wanted}, or as many as 64 MiB of features are, but for a few that come in any case. */
    public static int most(NetworkSpec network, int wanted) {
        long fit = MOST_FLOATS / network.input().size();
        return (int) Math.min(wanted, Math.max(FEWEST_EXAMPLES, fit));
    }

    /** Brings the first examples of a set's {@code shards} to the driver, {@code most} at most, by one Spark job. */
    public static ProbeSample of(JavaRDD<ShardTask> shards, NetworkSpec network, int most) {
        int width = network.input().size();
        int targets = network.loss().targets(network.outputs());
        List<ProbeSample> parts =
                Jobs.named(shards.context(), "sample of the training examples", () -> shards.mapPartitions(
                                new First(most, width, targets))
                        .collect());
        int examples = parts.stream().mapToInt(ProbeSample::examples).sum();
        float[] x = new float[Math.multiplyExact(width, examples)];
        float[] y = new float[targets * examples];
        int at = 0;
        for (ProbeSample part : parts) {
            System.arraycopy(part.x, 0, x, at * width, part.x.length);
            System.arraycopy(part.y, 0, y, at * targets, part.y.length);
            at += part.examples;
        }
        return new ProbeSample(x, y, examples, parts.isEmpty() ? new float[0] : parts.get(0).shift);
    }

    /** The examples as a training of a sparse set takes them; empty for a dense one. */
    public Optional<SparseBatch> sparse() {
        return isSparse() ? Optional.of(SparseBatch.of(x, examples, shift)) : Optional.empty();
    }

    boolean isSparse() {
        return shift.length > 0;
    }

    /** A task's part of the first examples; most tasks have none. */
    private static final class First implements FlatMapFunction<Iterator<ShardTask>, ProbeSample> {
        private static final long serialVersionUID = 1L;

        private final int most;
        private final int width;
        private final int targets;

        First(int most, int width, int targets) {
            this.most = most;
            this.width = width;
            this.targets = targets;
        }

        @Override
        public Iterator<ProbeSample> call(Iterator<ShardTask> tasks) {
            ShardTask task = tasks.next();
            List<ProbeSample> parts = new ArrayList<>();
            for (ShardRange range : task.shards()) {
                int count = (int) Math.min(range.rows(), most - range.start());
                if (count > 0) {
                    Shard shard = task.shard(range);
                    float[] x = new float[Math.multiplyExact(width, count)];
                    float[] y = new float[targets * count];
                    shard.read(0, count, x, y);
                    parts.add(new ProbeSample(x, y, count, shard.shift()));
                }
            }
            return parts.iterator();
        }
    }
}
