package io.lockstep.train;

import io.lockstep.data.ShardTask;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction2;

/**
 * What one task of a barrier stage has.
 *
 * @param training its shards of the training set
 * @param scored its shards of the set that is scored, if there is one
 */
record StageShards(ShardTask training, Optional<Scored> scored) {

    /** Shards, and what is wanted of them. */
    record Scored(ShardTask shards, ScoreWorker.Job job) {}

    /** An element for each of {@code tasks} tasks. */
    static JavaRDD<StageShards> of(int tasks, ShardSource training, Optional<Scoring> scoring) {
        JavaRDD<ShardTask> steps = training.forSteps(tasks);
        return scoring.map(set -> steps.zipPartitions(set.shards().forSteps(tasks), new Pair(set.job())))
                .orElseGet(() -> steps.map(task -> new StageShards(task, Optional.empty())));
    }

    /** What rank {@code rank} has: ranks are dealt by executors, not by partitions. */
    StageShards run(int rank) {
        return new StageShards(
                training.run(rank), scored.map(set -> new Scored(set.shards().run(rank), set.job())));
    }

    private static final class Pair implements FlatMapFunction2<Iterator<ShardTask>, Iterator<ShardTask>, StageShards> {
        private static final long serialVersionUID = 1L;

        private final ScoreWorker.Job job;

        Pair(ScoreWorker.Job job) {
            this.job = job;
        }

        @Override
        public Iterator<StageShards> call(Iterator<ShardTask> training, Iterator<ShardTask> scored) {
            return List.of(new StageShards(training.next(), Optional.of(new Scored(scored.next(), job))))
                    .iterator();
        }
    }
}
