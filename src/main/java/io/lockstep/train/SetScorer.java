package io.lockstep.train;

import io.lockstep.data.Jobs;
import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.NetworkSpec;
import java.util.Iterator;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Scores a network on a set of shards by a Spark job, and the same to the bit on any cluster: each shard is summed in its
 * order, shards are added in the order of their tree.
 */
public final class SetScorer {
    private final JavaRDD<ShardTask> shards;
    private final ScoreWorker.Job job;

    /** Scores on {@code shards}, each element of which is a task's. */
    public SetScorer(JavaRDD<ShardTask> shards, NetworkSpec network, TargetTransform target) {
        this(shards, new ScoreWorker.Job(network, target));
    }

    SetScorer(JavaRDD<ShardTask> shards, ScoreWorker.Job job) {
        this.shards = shards;
        this.job = job;
    }

    /** The score with these parameters. */
    public Score score(float[] theta) {
        Broadcast<float[]> broadcast =
                JavaSparkContext.fromSparkContext(shards.context()).broadcast(theta.clone());
        try {
            ReductionTree<ScoreSums> tree = new ReductionTree<>(ScoreSums::merge);
            Jobs.named(shards.context(), "score", () -> shards.mapPartitions(new ScoreTask(job, broadcast))
                            .collect())
                    .forEach(tree::addNode);
            return job.score(tree.root());
        } finally {
            broadcast.destroy();
        }
    }

    /** Scores a task's shards. */
    private static final class ScoreTask
            implements FlatMapFunction<Iterator<ShardTask>, ReductionTree.Node<ScoreSums>> {
        private static final long serialVersionUID = 1L;

        private final ScoreWorker.Job job;
        private final Broadcast<float[]> theta;

        ScoreTask(ScoreWorker.Job job, Broadcast<float[]> theta) {
            this.job = job;
            this.theta = theta;
        }

        @Override
        public Iterator<ReductionTree.Node<ScoreSums>> call(Iterator<ShardTask> tasks) {
            return new ScoreWorker(job, theta.value(), tasks.next())
                    .sums(() -> {})
                    .iterator();
        }
    }
}
