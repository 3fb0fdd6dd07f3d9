package io.lockstep.data;

import java.io.Serializable;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Into how many equal ranges of places each role's rows are dealt; a range is a partition. Partitions are sized for the
 * memory of one task, which sorts one and has it in memory twice, whatever the number of cores or executors. They decide
 * nothing but that memory.
 *
 * @param counts by {@link DataRole#index}, each 1 or more
 */
record Ranges(List<Integer> counts) implements Serializable {
    private static final long PARTITION_BYTES = 16L << 20;
    /** The scheduler's work grows with them; partitions of more than 64 GB of rows are larger instead. */
    private static final int MOST = 4096;

    Ranges {
        counts = List.copyOf(counts);
        if (counts.size() != DataRole.values().length || counts.stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("no ranges: " + counts);
        }
    }

    /** Ranges for encoded rows of these sizes, roughly. */
    static Ranges of(ToLongFunction<DataRole> bytes) {
        return new Ranges(Stream.of(DataRole.values())
                .map(role -> (int) Math.max(1, Math.min(MOST, bytes.applyAsLong(role) / PARTITION_BYTES)))
                .toList());
    }

    int of(DataRole role) {
        return counts.get(role.index());
    }

    /** The number of a role's first partition. */
    int first(DataRole role) {
        return counts.subList(0, role.index()).stream().mapToInt(count -> count).sum();
    }

    /** All partitions. */
    int total() {
        return counts.stream().mapToInt(count -> count).sum();
    }
}
