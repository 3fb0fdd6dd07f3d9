package io.lockstep.eval;

import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.train.ShardInference;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** Evaluates a task's shards in one pass. */
final class EvaluationTask implements FlatMapFunction<Iterator<ShardTask>, List<GroupSums>> {
    private static final long serialVersionUID = 1L;

    private final EvaluationJob job;
    private final Broadcast<float[]> theta;

    EvaluationTask(EvaluationJob job, Broadcast<float[]> theta) {
        this.job = job;
        this.theta = theta;
    }

    @Override
    public Iterator<List<GroupSums>> call(Iterator<ShardTask> tasks) {
        ShardTask task = tasks.next();
        ShardInference inference = new ShardInference(job.network(), task);
        inference.take(theta.value());
        TaskSums sums = new TaskSums(job);
        for (ShardRange range : task.shards()) {
            sums.beginShard(range);
            Shard shard = task.shard(range);
            inference.forEach(shard, job.slices() == 0 ? sums::add : new Sliced(shard, sums));
            sums.endShard();
        }
        return List.of(sums.end()).iterator();
    }

    /** Hands examples on with their slices. */
    private static final class Sliced implements ShardInference.Consumer {
        private final Shard shard;
        private final TaskSums sums;
        private int row;

        Sliced(Shard shard, TaskSums sums) {
            this.shard = shard;
            this.sums = sums;
        }

        @Override
        public void accept(float[] outputs, int from, float[] targets, int target, float weight, double loss) {
            sums.add(shard.slice(row++), outputs, from, targets, target, weight, loss);
        }
    }
}
