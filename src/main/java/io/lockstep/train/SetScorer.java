package io.lockstep.train;

import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import io.lockstep.model.TargetTransform;
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
            return network.loss().isRegression() ? sums.regression() : sums.classification();
        } finally {
            broadcast.destroy();
        }
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
            ShardInference inference = new ShardInference(spec, theta.value(), task);
            ReductionTree<ScoreSums> tree = new ReductionTree<>(ScoreSums::merge);
            for (ShardRange range : task.shards()) {
                tree.addLeaf(range.shard(), sums(inference, task.shard(range)));
            }
            return List.copyOf(tree.nodes()).iterator();
        }

        private ScoreSums sums(ShardInference inference, Shard shard) {
            ScoreSums sums = new ScoreSums();
            int n = spec.outputs();
            double loss = inference.forEach(shard, (outputs, from, y) -> {
                if (spec.loss().isRegression()) {
                    sums.addRegressed(target.restore(outputs[from]), target.restore(y));
                } else {
                    sums.addClassified(ShardInference.predictedClass(outputs, from, n) == (int) y);
                }
            });
            sums.addLoss(loss);
            return sums;
        }
    }
}
