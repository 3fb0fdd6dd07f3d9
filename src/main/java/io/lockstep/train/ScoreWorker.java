package io.lockstep.train;

import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.math.ReductionTree;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.NetworkSpec;
import java.io.Serializable;
import java.util.List;

/** One task's part of a {@link Score}: its shards, each summed in its order. */
final class ScoreWorker {
    private final Job job;
    private final float[] theta;
    private final ShardTask task;
    private final ShardInference inference;

    /** What scores are about. */
    record Job(NetworkSpec network, TargetTransform target) implements Serializable {
        /** The score that the root of the tree stands for. */
        Score score(ScoreSums sums) {
            return sums.score();
        }
    }

    /**
     * A worker with buffers of its own.
     *
     * @param theta θ, read whenever {@link #sums} is called
     */
    ScoreWorker(Job job, float[] theta, ShardTask task) {
        this.job = job;
        this.theta = theta;
        this.task = task;
        this.inference = new ShardInference(job.network(), task);
    }

    /**
     * The sums of the maximal aligned subtrees of the task's run of shards.
     *
     * @param beforeShard is called before each shard, and may end it all by an exception
     */
    List<ReductionTree.Node<ScoreSums>> sums(Runnable beforeShard) {
        inference.take(theta);
        ReductionTree<ScoreSums> tree = new ReductionTree<>(ScoreSums::merge);
        for (ShardRange range : task.shards()) {
            beforeShard.run();
            tree.addLeaf(range.shard(), ScoreSums.of(inference, task.shard(range), job.network(), job.target()));
        }
        return List.copyOf(tree.nodes());
    }
}
