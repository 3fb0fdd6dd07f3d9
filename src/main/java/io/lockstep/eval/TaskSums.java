package io.lockstep.eval;

import io.lockstep.data.ShardRange;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The sums of one task: of all its examples, then of those of each slice. */
final class TaskSums {
    private final Blocks blocks;
    private final GroupSums all;
    private final List<GroupSums> slices;
    private final List<GroupSums> groups;
    private int shard;
    private long rank;
    private int block;
    private long blockEnd;

    TaskSums(EvaluationJob job) {
        this.blocks = job.blocks();
        this.all = GroupSums.ofAll(job);
        this.slices = IntStream.range(0, job.slices())
                .mapToObj(slice -> GroupSums.ofSlice(job))
                .toList();
        this.groups = Stream.concat(Stream.of(all), slices.stream()).toList();
    }

    /** The examples of {@code range} follow, in its order. */
    void beginShard(ShardRange range) {
        shard = range.shard();
        rank = range.start();
        block = blocks.block(rank);
        blockEnd = blocks.end(block);
    }

    /** Adds the next example. */
    void add(float[] outputs, int from, float[] targets, int target, float weight, double loss) {
        all.add(outputs, from, targets, target, weight, loss);
        step();
    }

    /** Adds the next example, which is of that slice. */
    void add(int slice, float[] outputs, int from, float[] targets, int target, float weight, double loss) {
        slices.get(slice).add(outputs, from, targets, target, weight, loss);
        add(outputs, from, targets, target, weight, loss);
    }

    private void step() {
        rank++;
        if (rank == blockEnd) {
            groups.forEach(group -> group.endSegment(block));
            block++;
            blockEnd = blocks.end(block);
        }
    }

    void endShard() {
        groups.forEach(group -> {
            group.endSegment(block);
            group.endShard(shard);
        });
    }

    /** The finished sums. */
    List<GroupSums> end() {
        groups.forEach(GroupSums::end);
        return groups;
    }
}
