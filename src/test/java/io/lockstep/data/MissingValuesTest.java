package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.MissingValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingValuesTest {
    private static final StructType SCHEMA = new StructType()
            .add("a", DataTypes.DoubleType)
            .add("b", DataTypes.FloatType)
            .add("c", DataTypes.StringType)
            .add("y", DataTypes.IntegerType);

    @TempDir
    private Path dir;

    /** {@code count} rows; a is null or NaN in a third of them, c in a fifth, b never. */
    private static List<Row> rows(int count) {
        Random random = new Random(5);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int a = random.nextInt(6);
            rows.add(RowFactory.create(
                    a == 0 ? null : a == 1 ? Double.NaN : 10 + 3 * random.nextGaussian(),
                    (float) random.nextGaussian(),
                    random.nextInt(5) == 0 ? null : random.nextBoolean() ? "x" : "w",
                    i));
        }
        return rows;
    }

    private Path parquet(String name, List<Row> rows, int partitions) {
        Path path = dir.resolve(name);
        Sets.table(rows, SCHEMA, partitions).write().parquet(path.toString());
        return path;
    }

    @Test
    void aGapBecomesTheMeanOfTheTrainingRowsAndIsMarked() {
        List<Row> rows = rows(700);
        Path train = parquet("t.parquet", rows, 3);
        Path dev = parquet(
                "d.parquet",
                List.of(RowFactory.create(Double.NaN, null, "x", 1), RowFactory.create(1.0, 2f, null, 2)),
                1);
        double[] known = rows.stream()
                .filter(row -> !row.isNullAt(0) && !Double.isNaN(row.getDouble(0)))
                .mapToDouble(row -> (float) row.getDouble(0))
                .toArray();
        double mean = java.util.Arrays.stream(known).sum() / known.length;
        double deviation = Math.sqrt(
                java.util.Arrays.stream(known).map(a -> (a - mean) * (a - mean)).sum() / known.length);
        double share = 1 - known.length / 700.0;
        try (TrainingData data = Sets.prepare(Sets.allForTraining(train, "dev: " + dev, "missing: impute"))) {
            assertThat(data.features().slotNames())
                    .containsExactly("a", "a is missing", "b", "c=w", "c=x", "c is missing");
            FeatureColumn.Numeric a =
                    (FeatureColumn.Numeric) data.features().columns().get(0);
            // hundreds of doubles of one sign
            assertThat(a.fill()).isCloseTo(mean, within(1e-12 * mean));
            assertThat(data.features().columns().get(1).missing())
                    .as("no gap in the training rows")
                    .isEqualTo(MissingValues.IMPUTE);
            assertThat(data.preparation().normalization().deviations()[0])
                    .as("σ of the values that are there")
                    .isCloseTo(deviation, within(1e-12 * deviation));
            assertThat(data.preparation().normalization().means()[1]).isCloseTo(share, within(1e-15));
            List<List<Float>> prepared = Sets.prepared(data.set(DataRole.TRAIN), data.preparation(), 2);
            float marked = (float) ((1 - share) / Math.sqrt(share * (1 - share)));
            int gaps = 0;
            for (List<Float> example : prepared) {
                Row row = rows.get(example.get(6).intValue());
                boolean gap = row.isNullAt(0) || Double.isNaN(row.getDouble(0));
                gaps += gap ? 1 : 0;
                assertThat(example.get(0))
                        .isCloseTo(
                                gap ? 0 : (float) ((row.getDouble(0) - mean) / deviation),
                                // x, of some ten, is rounded to float32 before it is centred
                                within(1e-6f));
                assertThat(example.get(1) > 0).isEqualTo(gap);
                if (gap) {
                    assertThat(example.get(1)).isCloseTo(marked, within(1e-5f));
                }
            }
            assertThat(gaps).isEqualTo(700 - known.length).isGreaterThan(150);
            List<List<Float>> raw = Sets.stored(data.set(DataRole.DEV), 1);
            assertThat(raw)
                    .containsExactlyInAnyOrder(
                            Sets.list(Float.NaN, 1, Float.NaN, 0, 1, 0, 1), Sets.list(1, 0, 2, 0, 0, 1, 2));
            List<Float> filled = Sets.prepared(data.set(DataRole.DEV), data.preparation(), 1).stream()
                    .filter(example -> example.get(6) == 1)
                    .findFirst()
                    .orElseThrow();
            assertThat(filled.get(0)).isZero();
            assertThat(filled.get(2))
                    .as("b had no gap in train: its mean, and no mark")
                    .isZero();
        }
    }

    @Test
    void withoutNormalizationAGapBecomesTheMeanItself() {
        Path train = Sets.write(dir.resolve("t.csv"), "a,b,y", "1,2,0", ",4,1", "6,,2");
        try (TrainingData data = Sets.prepare(Sets.allForTraining(train, "missing: impute", "normalize: none"))) {
            assertThat(Sets.prepared(data.set(DataRole.TRAIN), data.preparation(), 1))
                    .containsExactlyInAnyOrder(
                            Sets.list(1, 0, 2, 0, 0), Sets.list(3.5f, 1, 4, 0, 1), Sets.list(6, 0, 3, 1, 2));
        }
    }

    @Test
    void theBitsDoNotDependOnPartitionsOrTasks() {
        List<Row> rows = rows(5000);
        List<Row> reversed = new ArrayList<>(rows);
        java.util.Collections.reverse(reversed);
        try (TrainingData one = Sets.prepare(Sets.allForTraining(parquet("1.parquet", rows, 1), "missing: impute"));
                TrainingData seven =
                        Sets.prepare(Sets.allForTraining(parquet("7.parquet", reversed, 7), "missing: impute"))) {
            assertThat(seven.features()).isEqualTo(one.features());
            assertThat(seven.preparation()).isEqualTo(one.preparation());
            assertThat(Sets.prepared(seven.set(DataRole.TRAIN), seven.preparation(), 2))
                    .isEqualTo(Sets.prepared(one.set(DataRole.TRAIN), one.preparation(), 1));
            Moments split = Sets.moments(one.set(DataRole.TRAIN), 2);
            Moments whole = Sets.moments(seven.set(DataRole.TRAIN), 1);
            for (int i = 0; i < 6; i++) {
                assertThat(split.mean(i)).isEqualTo(whole.mean(i));
                assertThat(split.deviation(i)).isEqualTo(whole.deviation(i));
            }
            assertThat(split.count(0)).isLessThan(split.count()).isEqualTo(whole.count(0));
        }
    }

    @Test
    void aCategoryWithoutGapsInTrainTakesAGapForNoLevel() {
        Path train = Sets.write(dir.resolve("t.csv"), "a,c,y", "1,x,0", "2,w,1", "3,x,2");
        Path dev = Sets.write(dir.resolve("d.csv"), "a,c,y", "4,,3");
        try (TrainingData data = Sets.prepare(Sets.allForTraining(train, "dev: " + dev, "missing: impute"))) {
            assertThat(data.features().slotNames()).containsExactly("a", "c=w", "c=x");
            assertThat(Sets.stored(data.set(DataRole.DEV), 1)).containsExactly(Sets.list(4, 0, 0, 3));
        }
    }

    @Test
    void aColumnWithoutAnyTrainingValueIsRefused() {
        for (String cells : List.of("1,,0", "1,NaN,0")) {
            Path train = Sets.write(dir.resolve("t.csv"), "a,b,y", cells, cells.replace("1", "2"));
            assertThatThrownBy(() -> Sets.prepare(Sets.allForTraining(train, "missing: impute")))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "column \"b\": no training row has a value. Exclude it: data.features: { exclude: [b] }.");
        }
    }

    @Test
    void labelsAreNeverFilledIn() {
        Path train = Sets.write(dir.resolve("t.csv"), "a,y", "1,0", "2,", "3,2");
        assertThatThrownBy(() -> Sets.prepare(Sets.allForTraining(train, "missing: impute")))
                .isInstanceOf(DataException.class)
                .hasMessage("label column \"y\": expected a value, found none in row {a=2, y=(missing)} of t.csv");
    }

    @Test
    void aVectorIsNeverFilledIn() {
        Path path = dir.resolve("v.parquet");
        StructType schema = new StructType()
                .add("v", DataTypes.createArrayType(DataTypes.DoubleType))
                .add("y", DataTypes.IntegerType);
        Sets.table(List.of(RowFactory.create(new double[] {1, 2}, 1), RowFactory.create(null, 2)), schema, 1)
                .write()
                .parquet(path.toString());
        assertThatThrownBy(() -> Sets.prepare(Sets.allForTraining(path, "missing: impute")))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "column \"v\": expected a value, found none; vectors and images cannot be filled in, in row");
    }

    @Test
    void largeNumbersAreCentredBeforeTheyAreRoundedToFloat32() {
        // seconds since 1970: float32 has steps of 128 s there, and the column's range is a minute
        List<String> lines = new ArrayList<>(List.of("t,near,y"));
        for (int i = 0; i < 61; i++) {
            lines.add((1_700_000_000L + i) + "," + (1_700_000 + i) + "," + i);
        }
        lines.add(",1700000,61");
        Path train = Sets.write(dir.resolve("t.csv"), lines.toArray(String[]::new));
        try (TrainingData data = Sets.prepare(Sets.allForTraining(train, "missing: impute"))) {
            FeatureColumn.Numeric time =
                    (FeatureColumn.Numeric) data.features().columns().get(0);
            assertThat(time.origin()).isEqualTo(1_700_000_030.0);
            assertThat(time.fill()).isCloseTo(1_700_000_030.0, within(1e-6));
            assertThat(((FeatureColumn.Numeric) data.features().columns().get(1)).origin())
                    .as("float32 has these numbers to the last digit")
                    .isZero();
            double deviation = Math.sqrt((61.0 * 61 - 1) / 12); // of 61 neighbouring integers
            for (List<Float> example : Sets.prepared(data.set(DataRole.TRAIN), data.preparation(), 1)) {
                float y = example.get(3);
                assertThat(example.get(0)).isCloseTo(y == 61 ? 0 : (float) ((y - 30) / deviation), within(1e-6f));
            }
        }
    }
}
