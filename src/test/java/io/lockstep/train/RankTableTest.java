package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankTableTest {
    /** Partitions as Spark deals them out: in turn. */
    private static final RankTable TABLE = new RankTable(List.of("b:1", "a:1", "c:1", "a:1", "b:1", "a:1"));

    @Test
    void tasksOfOneExecutorHaveNeighbouringRanks() {
        assertThat(TABLE.executors()).containsExactly("a:1", "b:1", "c:1");
        assertThat(IntStream.rangeClosed(0, 3).map(TABLE::firstRank)).containsExactly(0, 3, 5, 6);
        assertThat(IntStream.range(0, 6).map(TABLE::rank)).containsExactly(3, 0, 5, 1, 4, 2);
        assertThat(IntStream.range(0, 6).map(TABLE::executorOf)).containsExactly(0, 0, 0, 1, 1, 2);
        assertThat(TABLE.ranks()).isEqualTo(6);
    }

    @Test
    void oneExecutorHasAllRanks() {
        RankTable table = new RankTable(List.of("a:1", "a:1"));
        assertThat(table.executors()).hasSize(1);
        assertThat(table.firstRank(1)).isEqualTo(2);
    }
}
