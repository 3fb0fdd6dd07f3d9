package io.lockstep.train;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Who is who in a barrier stage. Executors are numbered in the order of their addresses and tasks have ranks, executor by
 * executor, so that the tasks of one executor own neighbouring runs of shards wherever Spark placed its partitions.
 */
final class RankTable {
    private final List<String> executors;
    private final int[] firstRank;
    private final int[] rankOfPartition;

    /**
     * The table of a stage.
     *
     * @param addresses the executor's address for each partition
     */
    RankTable(List<String> addresses) {
        this.executors = addresses.stream().distinct().sorted().toList();
        int tasks = addresses.size();
        this.rankOfPartition = new int[tasks];
        this.firstRank = new int[executors.size() + 1];
        int[] byExecutor = IntStream.range(0, tasks)
                .boxed()
                .sorted((a, b) -> {
                    int order = addresses.get(a).compareTo(addresses.get(b));
                    return order != 0 ? order : Integer.compare(a, b);
                })
                .mapToInt(Integer::intValue)
                .toArray();
        for (int rank = 0; rank < tasks; rank++) {
            rankOfPartition[byExecutor[rank]] = rank;
            int executor = executors.indexOf(addresses.get(byExecutor[rank]));
            firstRank[executor + 1] = rank + 1;
        }
    }

    /** The addresses, in order. */
    List<String> executors() {
        return executors;
    }

    /** How many tasks there are. */
    int ranks() {
        return rankOfPartition.length;
    }

    int rank(int partition) {
        return rankOfPartition[partition];
    }

    /** The lowest rank of an executor; of the number of executors: the number of ranks. */
    int firstRank(int executor) {
        return firstRank[executor];
    }

    /** The executor that a rank runs on. */
    int executorOf(int rank) {
        int executor = 0;
        while (firstRank[executor + 1] <= rank) {
            executor++;
        }
        return executor;
    }
}
