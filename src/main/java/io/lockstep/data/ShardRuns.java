package io.lockstep.data;

import io.lockstep.math.Runs;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How a set's shards are dealt to tasks: each has a run of consecutive ones, which lies in a few neighbouring partitions,
 * so that no second shuffle is needed.
 */
record ShardRuns(PartitionRanks ranks, int shards, int tasks) implements Serializable {

    /** A task's shards; none where tasks are more than shards. */
    List<ShardRange> shards(int task) {
        List<ShardRange> ranges = new ArrayList<>();
        for (int shard = Runs.start(shards, task, tasks); shard < Runs.start(shards, task + 1, tasks); shard++) {
            ranges.add(ShardRange.of(shard, shards, ranks.examples()));
        }
        return ranges;
    }

    /** The stored partitions that hold a task's shards. */
    List<Integer> partitions(int task) {
        List<ShardRange> run = shards(task);
        return run.isEmpty()
                ? List.of()
                : ranks.overlapping(run.get(0).start(), run.get(run.size() - 1).end());
    }
}
