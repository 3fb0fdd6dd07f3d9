package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.Shuffle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpochOrderTest {
    private static final BlockOrder.Ahead NOBODY = (from, count) -> {};

    private static int[] order(int blockRows, int window, int rows, int epoch, int shard) {
        int[] order = new int[rows];
        new BlockOrder(new ShuffleRule.Blocks(blockRows, window), 7, epoch, shard, rows, NOBODY).rows(0, rows, order);
        return order;
    }

    @ParameterizedTest
    @CsvSource({"0,4,3", "1,4,3", "4,4,3", "11,4,3", "12,4,3", "13,4,3", "103,4,3", "104,1,1", "50,60,2", "97,5,1"})
    void blocksComeExactlyOnceWhateverTheirNumbers(int rows, int blockRows, int window) {
        for (int epoch = 1; epoch <= 20; epoch++) {
            assertThat(order(blockRows, window, rows, epoch, 2))
                    .containsExactlyInAnyOrder(IntStream.range(0, rows).toArray());
        }
    }

    @Test
    void aWindowHoldsWholeBlocksOnly() {
        // 103 rows in blocks of 4: 26 of them; in windows of 3: the last has 2
        for (int epoch = 1; epoch <= 20; epoch++) {
            int[] order = order(4, 3, 103, epoch, 0);
            Map<Integer, Set<Integer>> placesOfBlocks = new LinkedHashMap<>();
            for (int place = 0; place < 103; place++) {
                placesOfBlocks
                        .computeIfAbsent(order[place] / 4, block -> new TreeSet<>())
                        .add(place);
            }
            List<Set<Integer>> byFirstPlace = List.copyOf(placesOfBlocks.values());
            int begin = 0;
            for (int first = 0; first < 26; first += 3) {
                Set<Integer> window = new TreeSet<>();
                byFirstPlace.subList(first, Math.min(26, first + 3)).forEach(window::addAll);
                assertThat(window)
                        .containsExactlyElementsOf(IntStream.range(begin, begin + window.size())
                                .boxed()
                                .toList());
                begin += window.size();
            }
        }
    }

    @Test
    void anyPartOfAnEpochIsTheSameWhoeverAsksForItFirst() {
        int[] whole = order(4, 3, 103, 5, 1);
        BlockOrder parts = new BlockOrder(new ShuffleRule.Blocks(4, 3), 7, 5, 1, 103, NOBODY);
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            int from = random.nextInt(103);
            int count = random.nextInt(104 - from);
            int[] part = new int[count];
            parts.rows(from, count, part);
            assertThat(part).isEqualTo(Arrays.copyOfRange(whole, from, from + count));
        }
    }

    @Test
    void epochsAndShardsHaveOrdersOfTheirOwn() {
        int[] one = order(4, 3, 103, 1, 0);
        assertThat(order(4, 3, 103, 2, 0)).isNotEqualTo(one);
        assertThat(order(4, 3, 103, 1, 1)).isNotEqualTo(one);
        int[] blocks = Arrays.stream(one).map(row -> row / 4).toArray();
        assertThat(Arrays.copyOf(blocks, 12)).as("rows of a window are mixed").isNotEqualTo(sorted(blocks, 12));
    }

    private static int[] sorted(int[] values, int count) {
        return Arrays.stream(values, 0, count).sorted().toArray();
    }

    @Test
    void everyBlockIsAnnouncedBeforeItsWindowIsOver() {
        List<Integer> announced = new ArrayList<>();
        BlockOrder order = new BlockOrder(new ShuffleRule.Blocks(4, 3), 7, 1, 0, 103, (from, count) -> {
            assertThat(count).isEqualTo(from == 100 ? 3 : 4);
            announced.add(from / 4);
        });
        int[] row = new int[1];
        for (int place = 0; place < 103; place++) {
            order.rows(place, 1, row);
            assertThat(announced).contains(row[0] / 4);
        }
        assertThat(announced)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 26).boxed().toList());
    }

    @ParameterizedTest
    @CsvSource({
        "auto, 2147483648, 16, false",
        "auto, 2147483649, 16, true",
        "full, 9000000000, 2, false",
        "blocks, 1, 2, true"
    })
    void theSizeOfTheSetDecides(String shuffle, long bytes, int shards, boolean blocks) {
        Shuffle choice = Shuffle.valueOf(shuffle.toUpperCase(Locale.ROOT));
        assertThat(ShuffleRule.of(choice, 1000, bytes, shards) instanceof ShuffleRule.Blocks)
                .isEqualTo(blocks);
    }

    @Test
    void blocksAreOfAMegabyteAndWindowsShareAQuarterOfAGigabyte() {
        // 116 bytes a row: 9,039 rows are 1,048,524 bytes
        assertThat(ShuffleRule.of(Shuffle.BLOCKS, 1_000_000, 116_000_000, 32))
                .isEqualTo(new ShuffleRule.Blocks(9039, 8));
        assertThat(ShuffleRule.of(Shuffle.BLOCKS, 10, 80L << 20, 1024)).isEqualTo(new ShuffleRule.Blocks(1, 4));
        // 8 bytes a row: 131,072 of them in a block, 16 times as many are 2²¹
        assertThat(ShuffleRule.of(Shuffle.BLOCKS, 1 << 20, 8 << 20, 2)).isEqualTo(new ShuffleRule.Blocks(131_072, 16));
    }
}
