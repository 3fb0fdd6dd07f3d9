package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.model.TargetTransform;
import io.lockstep.testing.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.stat.Summarizer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatisticsTest {
    /** Wildly different scales; x4 is constant; x5 is large with little spread, which defeats E[x²] − E[x]². */
    private static final StructType SCHEMA = new StructType()
            .add("x0", DataTypes.DoubleType)
            .add("x1", DataTypes.DoubleType)
            .add("x2", DataTypes.DoubleType)
            .add("x3", DataTypes.DoubleType)
            .add("x4", DataTypes.DoubleType)
            .add("x5", DataTypes.DoubleType)
            .add("y", DataTypes.DoubleType);

    private static List<Row> rows(int count) {
        Random random = new Random(7);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // float32 values, so that MLlib sees exactly what was stored
            rows.add(RowFactory.create(
                    (double) (float) random.nextGaussian(),
                    (double) (float) (1e-12 * random.nextGaussian()),
                    (double) (float) (1e12 * random.nextGaussian()),
                    (double) (float) (random.nextInt(10) == 0 ? 1 : 0),
                    (double) 0.1f,
                    (double) (float) (1e6 + random.nextInt(3)),
                    (double) (float) Math.exp(random.nextGaussian())));
        }
        return rows;
    }

    @Test
    void meansAndDeviationsAgreeWithMllibsSummarizer() {
        int count = 9_001; // several blocks of a shard, and a short last one
        Dataset<Row> table = Sets.table(rows(count), SCHEMA, 3);
        Row oracle = new VectorAssembler()
                .setInputCols(SCHEMA.fieldNames())
                .setOutputCol("v")
                .transform(table)
                .select(Summarizer.metrics("mean", "variance")
                        .summary(new org.apache.spark.sql.Column("v"))
                        .as("s"))
                .select("s.mean", "s.variance")
                .first();
        Vector mean = oracle.getAs(0);
        Vector variance = oracle.getAs(1);
        try (CanonicalRows rows = Sets.canonical(table, 1, 1)) {
            Moments moments = Sets.moments(rows.shards(DataRole.TRAIN, 4), 3);
            assertThat(moments.count()).isEqualTo(count);
            for (int i = 0; i < SCHEMA.size(); i++) {
                // Summarizer's variance is the sample's (n − 1), ours is the population's (n)
                double deviation = Math.sqrt(variance.apply(i) * (count - 1) / count);
                // both sum ~10⁴ doubles: relative errors of some 10⁴·2⁻⁵³ of the spread, means cancel around zero
                assertThat(moments.mean(i))
                        .as("mean of column %d", i)
                        .isCloseTo(mean.apply(i), within(1e-12 * (Math.abs(mean.apply(i)) + deviation)));
                if (i == 4) {
                    assertThat(moments.deviation(i)).as("of a constant column").isEqualTo(1);
                } else {
                    assertThat(moments.deviation(i))
                            .as("deviation of column %d", i)
                            .isCloseTo(deviation, within(1e-9 * deviation));
                }
            }
        }
    }

    @Test
    void theBitsDoNotDependOnTasksPartitionsOrOrder() {
        List<Row> rows = rows(5_003);
        List<Row> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(1));
        List<Long> expected = List.of();
        for (int partitions : new int[] {1, 2, 7}) {
            Dataset<Row> table = Sets.table(partitions == 1 ? rows : shuffled, SCHEMA, partitions);
            try (CanonicalRows stored = Sets.canonical(table, 1, 2 * partitions)) {
                ShardedSet set = stored.shards(DataRole.TRAIN, 4);
                for (int tasks = 1; tasks <= 4; tasks++) {
                    List<Long> bits = bits(Sets.moments(set, tasks));
                    expected = expected.isEmpty() ? bits : expected;
                    assertThat(bits)
                            .as("%d partitions, %d tasks", partitions, tasks)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static List<Long> bits(Moments moments) {
        List<Long> bits = new ArrayList<>();
        for (int i = 0; i < SCHEMA.size(); i++) {
            bits.add(Double.doubleToRawLongBits(moments.mean(i)));
            bits.add(Double.doubleToRawLongBits(moments.deviation(i)));
        }
        return bits;
    }

    @Test
    void theTargetsMomentsAreThoseOfItsLogarithmWhereThatIsWanted() {
        List<Row> rows = rows(100);
        try (CanonicalRows stored = Sets.canonical(Sets.table(rows, SCHEMA, 2), 1, 1)) {
            Moments moments = Statistics.of(stored.shards(DataRole.TRAIN, 2), 2, TargetTransform.Kind.LOG);
            double mean = rows.stream()
                    .mapToDouble(row -> Math.log(row.getDouble(6)))
                    .average()
                    .orElseThrow();
            double square = rows.stream()
                    .mapToDouble(row -> Math.pow(Math.log(row.getDouble(6)) - mean, 2))
                    .average()
                    .orElseThrow();
            // logarithms are rounded to float32 (2⁻²⁴) before they are summed
            assertThat(moments.mean(6)).isCloseTo(mean, within(1e-6));
            assertThat(moments.deviation(6)).isCloseTo(Math.sqrt(square), within(1e-6));
            assertThat(moments.mean(0))
                    .as("features stay as they are")
                    .isCloseTo(
                            rows.stream()
                                    .mapToDouble(row -> row.getDouble(0))
                                    .average()
                                    .orElseThrow(),
                            within(1e-12));
        }
    }

    @Test
    void oneRowHasItselfAsMeanAndDeviationOne() {
        List<Row> row = rows(1);
        try (CanonicalRows stored = Sets.canonical(Sets.table(row, SCHEMA, 1), 1, 1)) {
            Moments moments = Sets.moments(stored.shards(DataRole.TRAIN, 4), 4);
            for (int i = 0; i < SCHEMA.size(); i++) {
                assertThat(moments.mean(i)).isEqualTo(row.get(0).getDouble(i));
                assertThat(moments.deviation(i)).isEqualTo(1);
            }
        }
    }

    @Test
    void onlyTrainingRowsEnterTheStatistics(@TempDir Path dir) {
        Sets.write(dir.resolve("train.csv"), "x,y", "1,0", "3,1");
        Sets.write(dir.resolve("other.csv"), "x,y", "1000,0", "3000,1");
        try (TrainingData data = TrainingData.prepare(
                TestSpark.session(),
                Sets.config(
                        "classification",
                        "train: " + dir.resolve("train.csv"),
                        "dev: " + dir.resolve("other.csv"),
                        "test: " + dir.resolve("other.csv"),
                        "label: y"))) {
            assertThat(data.preparation().normalization().means()).containsExactly(2);
            assertThat(data.preparation().normalization().deviations()).containsExactly(1);
            // (1000 − 2) / 1 and (3000 − 2) / 1
            assertThat(Sets.prepared(data.set(DataRole.TEST), data.preparation(), 1))
                    .containsExactlyInAnyOrder(Sets.list(998, 0), Sets.list(2998, 1));
        }
    }
}
