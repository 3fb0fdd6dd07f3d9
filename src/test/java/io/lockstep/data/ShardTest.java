package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.model.Normalization;
import io.lockstep.model.TargetTransform;
import io.lockstep.testing.TestSpark;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardTest {
    private static final RowLayout PAIRS = new RowLayout(2, 1, RowLayout.Weight.NONE);
    private static final StructType SCHEMA = new StructType()
            .add("a", DataTypes.DoubleType)
            .add("b", DataTypes.DoubleType)
            .add("y", DataTypes.DoubleType);

    private static Dataset<Row> table(int count) {
        Random random = new Random(4);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(RowFactory.create(1e5 + random.nextGaussian(), 1e-5 * random.nextGaussian(), Math.exp(i % 7)));
        }
        return Sets.table(rows, SCHEMA, 3);
    }

    @Test
    void aMappedShardHasTheRowsNormalizedInDouble() {
        double[] means = {1e5, -2e-6};
        double[] deviations = {0.75, 3e-5};
        ShardedSet.Preparation preparation = new ShardedSet.Preparation(
                new Normalization(means, deviations), new TargetTransform(TargetTransform.Kind.LOG, 2, 1.5));
        // seven ranges of the order, so that shards cross the borders of what is stored
        try (CanonicalRows stored = Sets.canonical(table(103), 1, 7)) {
            ShardedSet set = stored.shards(DataRole.TRAIN, 8);
            List<List<Float>> expected = Sets.stored(set, 1).stream()
                    .map(row -> List.of(
                            (float) ((row.get(0) - means[0]) / deviations[0]),
                            (float) ((row.get(1) - means[1]) / deviations[1]),
                            (float) ((Math.log(row.get(2)) - 2) / 1.5)))
                    .toList();
            assertThat(Sets.prepared(set, preparation, 3)).isEqualTo(expected);
            set.close();
            assertThat(Sets.prepared(set, preparation, 1))
                    .as("mapped anew, by another task")
                    .isEqualTo(expected);
        }
    }

    /** One-float examples 0, 1, 2, …, in {@code partitions} of {@code blocks} blocks of one example each. */
    private static JavaRDD<PackedRows> counted(int partitions, int blocks, LongAccumulator read) {
        List<Integer> numbers = IntStream.range(0, partitions * blocks).boxed().toList();
        return TestSpark.context().parallelize(numbers, partitions).map(number -> {
            read.add(1);
            byte[] example = ByteBuffer.allocate(Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(number)
                    .array();
            return new PackedRows(1, example);
        });
    }

    @Test
    void aShardReadsNothingBehindItsEnd() {
        LongAccumulator read = TestSpark.context().sc().longAccumulator();
        try (ShardedSet set = new ShardedSet(
                counted(1, 10, read),
                new PartitionRanks(0, List.of(0L, 10L)),
                new RowLayout(0, 1, RowLayout.Weight.NONE),
                0,
                10,
                () -> {})) {
            assertThat(Sets.stored(set, 10))
                    .isEqualTo(
                            IntStream.range(0, 10).mapToObj(i -> Sets.list(i)).toList());
            assertThat(read.value()).as("1 + 2 + … + 10 blocks").isEqualTo(55);
        }
    }

    @Test
    void aTaskIsSentThePartitionsItReadsAndNoOthers() throws Exception {
        LongAccumulator read = TestSpark.context().sc().longAccumulator();
        List<Long> starts = LongStream.rangeClosed(0, 1000).boxed().toList();
        try (ShardedSet set = new ShardedSet(
                counted(1000, 1, read),
                new PartitionRanks(0, starts),
                new RowLayout(0, 1, RowLayout.Weight.NONE),
                0,
                500,
                () -> {})) {
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(sent)) {
                out.writeObject(set.raw(500).rdd().partitions()[250]);
            }
            assertThat(sent.size())
                    .as("a thousand partitions take 20 kB at least")
                    .isLessThan(5000);
            assertThat(Sets.stored(set, 500)).hasSize(1000);
        }
    }

    @Test
    void aBarrierTaskLeavesTheStoredRowsUnlocked() {
        JavaRDD<PackedRows> packed =
                counted(1, 10, TestSpark.context().sc().longAccumulator()).persist(StorageLevel.MEMORY_AND_DISK_SER());
        assertThat(packed.count()).isEqualTo(10);
        int rdd = packed.id();
        ShardedSet.Preparation none = new ShardedSet.Preparation(Normalization.identity(0), TargetTransform.NONE);
        try (ShardedSet set = new ShardedSet(
                packed,
                new PartitionRanks(0, List.of(0L, 10L)),
                new RowLayout(0, 1, RowLayout.Weight.NONE),
                0,
                3,
                () -> {})) {
            List<List<Integer>> rowsAndLocks = set.normalizedForSteps(1, none)
                    .map(task -> {
                        List<Integer> found = new ArrayList<>();
                        for (ShardRange range : task.shards()) {
                            found.add(task.shard(range).rows());
                            found.add(SparkEnv.get()
                                    .blockManager()
                                    .blockInfoManager()
                                    .get(new RDDBlockId(rdd, 0))
                                    .get()
                                    .readerCount());
                        }
                        return found;
                    })
                    .collect();
            assertThat(rowsAndLocks).containsExactly(List.of(4, 0, 3, 0, 3, 0));
        } finally {
            packed.unpersist(true);
        }
    }

    @Test
    void whatIsMappedIsToldApartByItsPreparation() {
        try (CanonicalRows stored = Sets.canonical(table(41), 1, 1)) {
            try (ShardedSet set = stored.shards(DataRole.TRAIN, 2)) {
                ShardedSet.Preparation halves = new ShardedSet.Preparation(
                        new Normalization(new double[2], new double[] {2, 2}), TargetTransform.NONE);
                ShardedSet.Preparation wholes =
                        new ShardedSet.Preparation(Normalization.identity(2), TargetTransform.NONE);
                List<List<Float>> half = Sets.prepared(set, halves, 1);
                assertThat(Sets.prepared(set, wholes, 1)).isEqualTo(Sets.stored(set, 1));
                assertThat(half).isNotEqualTo(Sets.stored(set, 1));
            }
        }
    }

    @Test
    void rowsThatGrowAsTheyAreEncodedAreStoredInMorePartitions(@TempDir Path dir) {
        // a file of 100 kB, and 72 MB of one-hot columns
        Path file = Sets.write(
                dir.resolve("t.csv"),
                Stream.concat(Stream.of("a,y"), IntStream.range(0, 9000).mapToObj(i -> "c" + i % 2000 + "," + i))
                        .toArray(String[]::new));
        Set<Integer> before = Set.copyOf(TestSpark.context().getPersistentRDDs().keySet());
        try (TrainingData data = Sets.prepare(
                Sets.config("regression", "train: " + file, "label: y", "split: { train: 1 }", "storage: dense"))) {
            assertThat(data.features().width()).isEqualTo(2000);
            assertThat(TestSpark.context().getPersistentRDDs().entrySet())
                    .filteredOn(stored -> !before.contains(stored.getKey()))
                    .singleElement()
                    .satisfies(stored -> assertThat(stored.getValue().getNumPartitions())
                            .isEqualTo(4 + DataRole.values().length - 1));
        }
    }

    @Test
    void gatherTakesRowsInAnyOrderFromAnyPlaceOfTheOrder(@TempDir Path dir) throws Exception {
        try (DenseRowFile.Writer writer = new DenseRowFile.Writer(dir, PAIRS)) {
            writer.write(new float[] {0, 1, 2, 10, 11, 12, 99, 99, 99}, 2);
            writer.write(new float[] {20, 21, 22}, 1);
            Shard shard = new Shard(writer.map(), PAIRS);
            float[] x = new float[6];
            float[] y = new float[2];
            shard.gather(new int[] {9, 2, 0, 9}, 1, 2, x, y);
            assertThat(x).containsExactly(20, 21, 0, 1, 0, 0);
            assertThat(y).containsExactly(22, 2);
            shard.read(1, 2, x, y);
            assertThat(x).startsWith(10, 11, 20, 21);
            assertThat(y).containsExactly(12, 22);
            assertThat(shard.rows()).isEqualTo(3);
        }
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left).as("the file loses its name once it is mapped").isEmpty();
        }
    }

    @Test
    void anEmptyShardHasNoRows(@TempDir Path dir) throws Exception {
        try (DenseRowFile.Writer writer = new DenseRowFile.Writer(dir, PAIRS)) {
            Shard shard = new Shard(writer.map(), PAIRS);
            shard.read(0, 0, new float[0], new float[0]);
            assertThat(shard.rows()).isZero();
        }
    }

    @Test
    void aShardIsLoadedOnceHoweverManyThreadsAsk(@TempDir Path dir) throws Exception {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Shard>> asked = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                asked.add(threads.submit(() -> {
                    start.await();
                    return ShardStore.shard("once", 3, () -> {
                        loads.incrementAndGet();
                        return map(dir);
                    });
                }));
            }
            start.countDown();
            Shard first = asked.get(0).get();
            for (Future<Shard> shard : asked) {
                assertThat(shard.get()).isSameAs(first);
            }
            assertThat(loads).hasValue(1);
            ShardStore.release("once");
            assertThat(ShardStore.shard("once", 3, () -> map(dir))).isNotSameAs(first);
        } finally {
            threads.shutdownNow();
            ShardStore.release("once");
        }
    }

    @Test
    void aLoadThatFailsIsTriedAgainByTheNextTask(@TempDir Path dir) {
        assertThatThrownBy(() -> ShardStore.shard("fails", 0, () -> {
                    throw new IllegalStateException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(ShardStore.shard("fails", 0, () -> map(dir)).rows()).isEqualTo(1);
        ShardStore.release("fails");
    }

    private static Shard map(Path dir) {
        RowLayout layout = new RowLayout(0, 1, RowLayout.Weight.NONE);
        try (DenseRowFile.Writer writer = new DenseRowFile.Writer(dir, layout)) {
            writer.write(new float[] {1}, 1);
            return new Shard(writer.map(), layout);
        }
    }

    @Test
    void nothingStaysInSparksStoreAfterAPreparationThatFailsOrIsClosed(@TempDir Path dir) {
        int before = TestSpark.context().getPersistentRDDs().size();
        Path file = Sets.write(dir.resolve("t.csv"), "a,y", "1,2", "NaN,3");
        Path dev = Sets.write(dir.resolve("d.csv"), "a,y", "1,2", "1e39,3");
        Path good = Sets.write(dir.resolve("good.csv"), "a,y", "1,2", "2,3");
        assertThatThrownBy(() ->
                        Sets.prepare(Sets.config("regression", "train: " + file, "label: y", "split: { train: 1 }")))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Sets.prepare(
                        Sets.config("regression", "train: " + good, "label: y", "split: { train: 1 }", "dev: " + dev)))
                .hasMessageContaining("1.0E39");
        Sets.prepare(Sets.config("regression", "train: " + good, "label: y", "split: { train: 1 }"))
                .close();
        assertThat(TestSpark.context().getPersistentRDDs()).hasSize(before);
    }
}
