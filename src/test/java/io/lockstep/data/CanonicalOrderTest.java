package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.testing.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CanonicalOrderTest {
    /** As {@code bytes} of a table: seven ranges of the order, each a stored partition. */
    private static final int SEVEN_RANGES = 7;

    private static final StructType SCHEMA = new StructType()
            .add("a", DataTypes.DoubleType)
            .add("b", DataTypes.DoubleType)
            .add("y", DataTypes.DoubleType);

    /** Rows with many duplicates, and with both zeros. */
    private static List<Row> rows(int count, long seed) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(RowFactory.create(
                    (double) random.nextInt(9), random.nextBoolean() ? 0.0 : -0.0, (double) random.nextInt(3)));
        }
        return rows;
    }

    private static List<List<Float>> order(Dataset<Row> table, long seed, int ranges, int shards, int tasks) {
        try (CanonicalRows rows = Sets.canonical(table, seed, ranges)) {
            return Sets.stored(rows.shards(DataRole.TRAIN, shards), tasks);
        }
    }

    private static List<List<Float>> floats(List<Row> rows) {
        return rows.stream()
                .map(row -> IntStream.range(0, row.size())
                        .mapToObj(i -> (float) row.getDouble(i))
                        .toList())
                .toList();
    }

    /** Spark shuffles to more than 200 partitions by another writer, through memory that it spills. */
    @Test
    void theOrderIsTheSameThroughHundredsOfPartitionsOfWhichMostAreEmpty() {
        List<Row> rows = rows(211, 3);
        List<List<Float>> expected = order(Sets.table(rows, SCHEMA, 1), 1, 1, 1, 1);
        assertThat(order(Sets.table(rows, SCHEMA, 3), 1, 401, 4, 2)).isEqualTo(expected);
    }

    /** As after the loss of an executor: the shuffled rows are gone before that, and are made anew. */
    @Test
    void rowsThatSparkLostComeBackInTheSameOrder() {
        List<Row> rows = rows(211, 4);
        ShardedSet set;
        List<List<Float>> before;
        try (CanonicalRows stored = Sets.canonical(Sets.table(rows, SCHEMA, 3), 1, SEVEN_RANGES)) {
            set = stored.shards(DataRole.TRAIN, 4);
            before = Sets.stored(set, 2);
        }
        assertThat(Sets.stored(set, 2)).isEqualTo(before);
    }

    @Test
    void theOrderIsThatOfTheRowsWhateverTheirPartitions() {
        List<Row> rows = rows(211, 1);
        List<List<Float>> expected = order(Sets.table(rows, SCHEMA, 1), 1, 1, 1, 1);
        assertThat(expected).as("every row exactly once").containsExactlyInAnyOrderElementsOf(floats(rows));
        for (int partitions : new int[] {2, 7}) {
            List<Row> shuffled = new ArrayList<>(rows);
            Collections.shuffle(shuffled, new Random(partitions));
            assertThat(order(Sets.table(shuffled, SCHEMA, partitions), 1, SEVEN_RANGES, 4, 3))
                    .as("%d partitions", partitions)
                    .isEqualTo(expected);
        }
    }

    @Test
    void theSeedDecidesTheOrderAndNotWhatIsInIt() {
        List<Row> rows = IntStream.range(0, 50)
                .mapToObj(i -> RowFactory.create((double) i, 0.0, 1.0))
                .toList();
        Dataset<Row> table = Sets.table(rows, SCHEMA, 2);
        List<List<Float>> one = order(table, 1, 1, 2, 2);
        List<List<Float>> two = order(table, 2, 1, 2, 2);
        assertThat(two).isNotEqualTo(one).containsExactlyInAnyOrderElementsOf(one);
        assertThat(one).as("not the order of the file").isNotEqualTo(floats(rows));
    }

    @Test
    void rowsOfOneKeyAreOrderedByTheirContent() {
        StructType schema = SCHEMA.add("id", DataTypes.IntegerType);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            rows.add(RowFactory.create((double) (i % 20), -1.0, i < 30 ? 0.0 : 1.0, i % 2));
        }
        List<List<List<Float>>> orders = new ArrayList<>();
        for (int partitions : new int[] {1, 5}) {
            List<Row> shuffled = new ArrayList<>(rows);
            Collections.shuffle(shuffled, new Random(partitions));
            try (CanonicalRows stored =
                    Sets.canonical(Sets.table(shuffled, schema, partitions), List.of("id"), "y", 1, 1)) {
                orders.add(Sets.stored(stored.shards(DataRole.TRAIN, 2), 2));
            }
        }
        assertThat(orders.get(1)).isEqualTo(orders.get(0)).hasSize(60);
        // two keys, so the order has two runs: even and odd values of a = i % 20
        List<Boolean> parity =
                orders.get(0).stream().map(row -> row.get(0) % 2 == 0).toList();
        assertThat(parity.subList(0, 30)).containsOnly(parity.get(0));
        assertThat(parity.subList(30, 60)).containsOnly(!parity.get(0));
    }

    @Test
    void theSameTableInAnotherFormatOrColumnOrderGivesTheSameOrder(@TempDir Path dir) {
        Path csv = Sets.write(
                dir.resolve("t.csv"), "a,b,y", "1,10,0", "2,20,1", "3,30,0", "4,40,1", "5,50,0", "6,60,1", "7,,0");
        Path json = Sets.write(
                dir.resolve("t.json"),
                "{\"y\":0,\"b\":10.0,\"a\":1}",
                "{\"y\":1,\"b\":20.0,\"a\":2}",
                "{\"y\":0,\"b\":30.0,\"a\":3}",
                "{\"y\":1,\"b\":40.0,\"a\":4}",
                "{\"y\":0,\"b\":50.0,\"a\":5}",
                "{\"y\":1,\"b\":60.0,\"a\":6}",
                "{\"y\":0,\"a\":7}");
        Path parquet = dir.resolve("t.parquet");
        TestSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(csv.toString())
                .selectExpr("cast(b as decimal(9,2)) b", "cast(y as double) y", "cast(a as bigint) a")
                .repartition(3)
                .write()
                .parquet(parquet.toString());
        List<List<Float>> expected = trainOrder(csv);
        assertThat(expected).hasSize(7);
        assertThat(trainOrder(json)).isEqualTo(expected);
        assertThat(trainOrder(parquet)).isEqualTo(expected);
    }

    private static List<List<Float>> trainOrder(Path file) {
        return Sets.trainRows(
                Sets.config("regression", "train: " + file, "label: y", "features: [a]", "split: { train: 1 }"));
    }

    @Test
    void shardsAreConsecutiveRunsThatCoverAllRows() {
        for (long examples : new long[] {1, 2, 7, 8, 9, 1023, (1L << 33) + 5}) {
            for (int shards : new int[] {1, 2, 8, 64}) {
                long next = 0;
                for (int shard = 0; shard < shards; shard++) {
                    ShardRange range = ShardRange.of(shard, shards, shards < 8 ? examples % (1L << 31) : examples);
                    assertThat(range.shard()).isEqualTo(shard);
                    assertThat(range.start()).isEqualTo(next);
                    next = range.end();
                }
                assertThat(next).isEqualTo(shards < 8 ? examples % (1L << 31) : examples);
            }
        }
    }

    @Test
    void moreShardsThanRowsLeaveShardsEmptyAndLoseNothing() {
        List<Row> rows = rows(5, 3);
        Dataset<Row> table = Sets.table(rows, SCHEMA, 2);
        List<List<Float>> one = order(table, 1, 1, 1, 1);
        assertThat(order(table, 1, SEVEN_RANGES, 16, 3)).isEqualTo(one);
        assertThat(order(table, 1, SEVEN_RANGES, 16, 16)).isEqualTo(one);
    }

    @Test
    void blocksAreFullWhereverTheStoredPartitionsEnd() {
        List<Row> rows = rows(101, 5);
        try (CanonicalRows stored = Sets.canonical(Sets.table(rows, SCHEMA, 3), 1, SEVEN_RANGES)) {
            // shards of 51 and 50 rows; 7 stored partitions of about 14
            List<String> blocks = stored.shards(DataRole.TRAIN, 2)
                    .raw(1)
                    .mapPartitions(tasks -> {
                        List<String> seen = new ArrayList<>();
                        tasks.next()
                                .forEachBlock(
                                        20,
                                        (range, block, examples, count) ->
                                                seen.add(range.shard() + ":" + block + ":" + count));
                        return seen.iterator();
                    })
                    .collect();
            assertThat(blocks).containsExactly("0:0:20", "0:1:20", "0:2:11", "1:0:20", "1:1:20", "1:2:10");
        }
    }

    @Test
    void theFingerprintChangesWithAnyCellAndNotWithTheOrder() {
        List<Row> rows = rows(40, 9);
        List<Row> reversed = new ArrayList<>(rows);
        Collections.reverse(reversed);
        List<Row> changed = new ArrayList<>(rows);
        changed.set(
                17,
                RowFactory.create(rows.get(17).getDouble(0), 1e-30, rows.get(17).getDouble(2)));
        long fingerprint = fingerprint(rows, 1);
        assertThat(fingerprint(reversed, 3)).isEqualTo(fingerprint);
        assertThat(fingerprint(changed, 1)).isNotEqualTo(fingerprint);
    }

    private static long fingerprint(List<Row> rows, int partitions) {
        try (CanonicalRows stored = Sets.canonical(Sets.table(rows, SCHEMA, partitions), 1, 1)) {
            return stored.fingerprint(DataRole.TRAIN);
        }
    }

    @Test
    void rangesOfPlacesAreEqualPartsOfTheUnsignedNumbers() {
        assertThat(RowChunks.range(0, 3)).isEqualTo(0);
        assertThat(RowChunks.range(Long.parseUnsignedLong("6148914691236517205"), 3))
                .isEqualTo(0);
        assertThat(RowChunks.range(Long.parseUnsignedLong("6148914691236517206"), 3))
                .isEqualTo(1);
        assertThat(RowChunks.range(Long.MAX_VALUE, 2)).isEqualTo(0);
        assertThat(RowChunks.range(Long.MIN_VALUE, 2)).isEqualTo(1);
        assertThat(RowChunks.range(-1L, 7)).isEqualTo(6);
    }
}
