package io.lockstep.train;

import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.Loss;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Scores a network on a set of shards, distributed, and the same to the bit on any cluster: each shard is summed in its
 * order, shards are added in the order of their tree.
 */
public final class SetScorer {
    private static final int PASS_ROWS = 1024;

    private final JavaRDD<ShardTask> shards;
    private final NetworkSpec network;
    private final TargetTransform target;

    /** Scores on {@code shards}, each element of which is a task's. */
    public SetScorer(JavaRDD<ShardTask> shards, NetworkSpec network, TargetTransform target) {
        this.shards = shards;
        this.network = network;
        this.target = target;
    }

    /** The score with these parameters. */
    public Score score(float[] theta) {
        Broadcast<float[]> broadcast =
                JavaSparkContext.fromSparkContext(shards.context()).broadcast(theta.clone());
        try {
            ReductionTree<ScoreSums> tree = new ReductionTree<>(ScoreSums::merge);
            shards.mapPartitions(new ScoreTask(network, target, broadcast))
                    .collect()
                    .forEach(tree::addNode);
            ScoreSums sums = tree.root();
            return network.loss() == Loss.HALVED_SQUARED ? sums.regression() : sums.classification();
        } finally {
            broadcast.destroy();
        }
    }

    /** The class that outputs A (n, ·) of an example predict. */
    public static int predictedClass(float[] outputs, int from, int n) {
        if (n == 1) {
            return outputs[from] > 0.5f ? 1 : 0;
        }
        int best = 0;
        for (int i = 1; i < n; i++) {
            if (outputs[from + i] > outputs[from + best]) {
                best = i;
            }
        }
        return best;
    }

    /** Scores a task's shards. */
    private static final class ScoreTask
            implements FlatMapFunction<Iterator<ShardTask>, ReductionTree.Node<ScoreSums>> {
        private static final long serialVersionUID = 1L;

        private final NetworkSpec spec;
        private final TargetTransform target;
        private final Broadcast<float[]> theta;

        ScoreTask(NetworkSpec spec, TargetTransform target, Broadcast<float[]> theta) {
            this.spec = spec;
            this.target = target;
            this.theta = theta;
        }

        @Override
        public Iterator<ReductionTree.Node<ScoreSums>> call(Iterator<ShardTask> tasks) {
            ShardTask task = tasks.next();
            int capacity = task.shards().stream()
                    .mapToInt(range -> Math.min(PASS_ROWS, Math.max(1, range.rows())))
                    .max()
                    .orElse(1);
            Scoring scoring = new Scoring(spec, target, theta.value(), capacity);
            ReductionTree<ScoreSums> tree = new ReductionTree<>(ScoreSums::merge);
            for (ShardRange range : task.shards()) {
                tree.addLeaf(range.shard(), scoring.sums(task.shard(range)));
            }
            return List.copyOf(tree.nodes()).iterator();
        }
    }

    /** One thread's buffers. */
    private static final class Scoring {
        private final NetworkSpec spec;
        private final TargetTransform target;
        private final float[] theta;
        private final Network network;
        private final float[] x;
        private final float[] y;
        private final int n;

        Scoring(NetworkSpec spec, TargetTransform target, float[] theta, int capacity) {
            this.spec = spec;
            this.target = target;
            this.theta = theta;
            this.network = new Network(spec, capacity);
            this.n = spec.outputs();
            this.x = new float[Math.multiplyExact(spec.input().size(), capacity)];
            this.y = new float[spec.loss().targets(n) * capacity];
        }

        ScoreSums sums(Shard shard) {
            ScoreSums sums = new ScoreSums();
            for (int from = 0; from < shard.rows(); from += network.capacity()) {
                int m = Math.min(network.capacity(), shard.rows() - from);
                shard.read(from, m, x, y);
                float[] a = network.logits(theta, x, m);
                sums.addLoss(spec.loss().sum(a, y, n, m));
                spec.loss().output(a, n, m);
                for (int j = 0; j < m; j++) {
                    if (spec.loss() == Loss.HALVED_SQUARED) {
                        sums.addRegressed(target.restore(a[j]), target.restore(y[j]));
                    } else {
                        sums.addClassified(predictedClass(a, j * n, n) == (int) y[j]);
                    }
                }
            }
            return sums;
        }
    }
}
