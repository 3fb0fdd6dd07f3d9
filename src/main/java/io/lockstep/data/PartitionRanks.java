package io.lockstep.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ranks of the canonical order the stored partitions of a set hold.
 *
 * @param first the number of the set's first partition
 * @param starts partition {@code first + i} holds ranks [starts[i], starts[i + 1])
 */
record PartitionRanks(int first, List<Long> starts) implements Serializable {
    PartitionRanks {
        starts = List.copyOf(starts);
    }

    /** How many examples the set has. */
    long examples() {
        return starts.get(starts.size() - 1);
    }

    /** The rank of a partition's first example. */
    long start(int partition) {
        return starts.get(partition - first);
    }

    /** The partitions that hold ranks [from, to), in order. */
    List<Integer> overlapping(long from, long to) {
        List<Integer> partitions = new ArrayList<>();
        for (int i = 0; i + 1 < starts.size(); i++) {
            if (starts.get(i) < to && starts.get(i + 1) > from) {
                partitions.add(first + i);
            }
        }
        return partitions;
    }
}
