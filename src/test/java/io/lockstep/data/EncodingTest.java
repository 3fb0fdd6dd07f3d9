package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.testing.TestSpark;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodingTest {
    @TempDir
    private Path dir;

    private static float[] encode(FeatureSchema features, StructType table, InternalRow row) {
        ExampleEncoder encoder = new ExampleEncoder(features, table);
        float[] out = new float[encoder.width() + 2];
        encoder.encode(row, out, 1);
        assertThat(out[0]).as("before the example").isZero();
        assertThat(out[out.length - 1]).as("after the example").isZero();
        return Arrays.copyOfRange(out, 1, out.length - 1);
    }

    @Test
    void everyKindOfNumberIsReadAsItIs() {
        StructType table = new StructType()
                .add("byte", DataTypes.ByteType)
                .add("short", DataTypes.ShortType)
                .add("int", DataTypes.IntegerType)
                .add("long", DataTypes.LongType)
                .add("float", DataTypes.FloatType)
                .add("double", DataTypes.DoubleType)
                .add("decimal", DataTypes.createDecimalType(20, 3))
                .add("yes", DataTypes.BooleanType)
                .add("no", DataTypes.BooleanType)
                .add("sparse", SQLDataTypes.VectorType())
                .add("dense", SQLDataTypes.VectorType())
                .add("array", DataTypes.createArrayType(DataTypes.IntegerType))
                .add("floats", DataTypes.createArrayType(DataTypes.FloatType))
                .add("binary", DataTypes.BinaryType);
        InternalRow row = Rows.of(Sets.table(
                        List.of(RowFactory.create(
                                (byte) -1,
                                (short) 300,
                                70_000,
                                1L << 40,
                                1.5f,
                                -2.25,
                                new BigDecimal("1234.125"),
                                true,
                                false,
                                Vectors.sparse(3, new int[] {1}, new double[] {7}),
                                Vectors.dense(1, 2, 3),
                                new int[] {4, 5},
                                new float[] {0.5f},
                                new byte[] {0, 1, (byte) 255})),
                        table,
                        1))
                .map(InternalRow::copy)
                .first();
        FeatureSchema features = new FeatureSchema(List.of(
                new FeatureColumn.VectorColumn("binary", 3),
                new FeatureColumn.Numeric("byte"),
                new FeatureColumn.Numeric("short"),
                new FeatureColumn.Numeric("int"),
                new FeatureColumn.Numeric("long"),
                new FeatureColumn.Numeric("float"),
                new FeatureColumn.Numeric("double"),
                new FeatureColumn.Numeric("decimal"),
                new FeatureColumn.Numeric("yes"),
                new FeatureColumn.Numeric("no"),
                new FeatureColumn.VectorColumn("sparse", 3),
                new FeatureColumn.VectorColumn("dense", 3),
                new FeatureColumn.VectorColumn("array", 2),
                new FeatureColumn.VectorColumn("floats", 1)));
        assertThat(encode(features, table, row))
                .containsExactly(
                        0, 1, 255, -1, 300, 70_000, 0x1p40f, 1.5f, -2.25f, 1234.125f, 1, 0, 0, 7, 0, 1, 2, 3, 4, 5,
                        0.5f);
        assertThatThrownBy(() ->
                        encode(new FeatureSchema(List.of(new FeatureColumn.VectorColumn("array", 3))), table, row))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("column \"array\": expected a vector of 3 numbers, found 2 in row {byte=-1,");
        assertThatThrownBy(() -> encode(new FeatureSchema(List.of(new FeatureColumn.Numeric("dense"))), table, row))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("column \"dense\": expected numbers, found vectors");
    }

    private static float[] oneHot(List<String> levels, StructType table, Object cell) {
        return encode(
                new FeatureSchema(List.of(new FeatureColumn.Categorical("c", levels))),
                table,
                new GenericInternalRow(new Object[] {cell}));
    }

    @Test
    void aLevelIsFoundWhateverTypeItsColumnHasInAnotherFile() {
        StructType text = new StructType().add("c", DataTypes.StringType);
        StructType whole = new StructType().add("c", DataTypes.IntegerType);
        StructType fraction = new StructType().add("c", DataTypes.DoubleType);
        List<String> codes = List.of("007", "12", "A1");
        assertThat(oneHot(codes, text, UTF8String.fromString("007"))).containsExactly(1, 0, 0);
        assertThat(oneHot(codes, whole, 7)).containsExactly(1, 0, 0);
        assertThat(oneHot(codes, whole, 8)).as("no level").containsExactly(0, 0, 0);
        assertThat(oneHot(codes, text, UTF8String.fromString("7")))
                .as("a text is another text")
                .containsExactly(0, 0, 0);
        List<String> numbers = List.of("1", "2.5");
        assertThat(oneHot(numbers, fraction, 1.0)).containsExactly(1, 0);
        assertThat(oneHot(numbers, text, UTF8String.fromString("1.0"))).containsExactly(1, 0);
        assertThat(oneHot(numbers, text, UTF8String.fromString("x"))).containsExactly(0, 0);
        assertThat(oneHot(List.of("07", "7.0", "x"), whole, 7)).as("ambiguous").containsExactly(0, 0, 0);
    }

    @Test
    void levelsAreSortedAndLearntOnTrainingRowsOnly() {
        Path train = Sets.write(
                dir.resolve("train.csv"), "wall,floors,y", "stone,10,1", "brick,2,2", "Wood,9,3", "brick,2,4");
        Path dev = Sets.write(dir.resolve("dev.csv"), "y,floors,wall", "5,2,glass", "6,11,brick");
        try (TrainingData data = Sets.prepare(Sets.config(
                "regression",
                "train: " + train,
                "dev: " + dev,
                "label: y",
                "split: { train: 1 }",
                "categorical: [wall, floors]",
                "normalize: none"))) {
            assertThat(data.features().slotNames())
                    .containsExactly("wall=Wood", "wall=brick", "wall=stone", "floors=2", "floors=9", "floors=10");
            assertThat(Sets.stored(data.set(DataRole.TRAIN), 1))
                    .containsExactlyInAnyOrder(
                            Sets.list(0, 0, 1, 0, 0, 1, 1),
                            Sets.list(0, 1, 0, 1, 0, 0, 2),
                            Sets.list(1, 0, 0, 0, 1, 0, 3),
                            Sets.list(0, 1, 0, 1, 0, 0, 4));
            assertThat(Sets.stored(data.set(DataRole.DEV), 1))
                    .as("unseen levels are all zeros, columns are found by name")
                    .containsExactlyInAnyOrder(Sets.list(0, 0, 0, 1, 0, 0, 5), Sets.list(0, 1, 0, 0, 0, 0, 6));
        }
    }

    @Test
    void aLevelOfAFloatColumnHasTheDigitsOfTheFloat() {
        StructType table = new StructType().add("c", DataTypes.FloatType).add("y", DataTypes.IntegerType);
        Sets.table(
                        List.of(
                                RowFactory.create(0.1f, 1),
                                RowFactory.create(2f, 2),
                                RowFactory.create(-1.5f, 3),
                                RowFactory.create(0.1f, 4)),
                        table,
                        1)
                .write()
                .parquet(dir.resolve("f.parquet").toString());
        Path dev = Sets.write(dir.resolve("d.csv"), "c,y", "0.1,5");
        try (TrainingData data = Sets.prepare(Sets.config(
                "regression",
                "train: " + dir.resolve("f.parquet"),
                "dev: " + dev,
                "label: y",
                "categorical: [c]",
                "split: { train: 1 }"))) {
            assertThat(data.features().slotNames()).containsExactly("c=-1.5", "c=0.1", "c=2");
            assertThat(Sets.stored(data.set(DataRole.DEV), 1))
                    .as("the 0.1 of a column of doubles is the same level")
                    .containsExactly(Sets.list(0, 1, 0, 5));
        }
    }

    @Test
    void columnsWithAnyNameAreFound() {
        Path file = Sets.write(
                dir.resolve("t.csv"),
                "\"a.b\",\"two words\",\"say \"\"hi\"\"\",back`tick,Größe,y",
                "1,2,3,4,5,0",
                "1.5,2,3,4,5,1");
        TestSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .option("escape", "\"")
                .csv(file.toString())
                .write()
                .parquet(dir.resolve("t.parquet").toString());
        String[] names = {"a.b", "two words", "say \"hi\"", "back`tick", "Größe"};
        for (String source : new String[] {"t.csv", "t.parquet"}) {
            try (TrainingData data = Sets.prepare(Sets.config(
                    "classification",
                    "train: " + dir.resolve(source),
                    "options: { escape: '\"' }",
                    "label: y",
                    "split: { train: 1 }"))) {
                assertThat(data.features().slotNames()).containsExactly(names);
                assertThat(Sets.stored(data.set(DataRole.TRAIN), 1))
                        .containsExactlyInAnyOrder(Sets.list(1, 2, 3, 4, 5, 0), Sets.list(1.5f, 2, 3, 4, 5, 1));
            }
            assertThat(Sets.trainRows(Sets.config(
                            "regression",
                            "train: " + dir.resolve(source),
                            "options: { escape: '\"' }",
                            "label: a.b",
                            "features: ['back`tick', Größe]",
                            "split: { train: 1 }")))
                    .containsExactlyInAnyOrder(Sets.list(4, 5, 1), Sets.list(4, 5, 1.5f));
        }
    }

    @Test
    void quotesAndSpacesAroundNumbersAreNoText() {
        Path file = Sets.write(dir.resolve("t.csv"), "a, b ,y", "\"1\", 2.5,0", "\"3\",4 ,1");
        assertThat(Sets.trainRows(Sets.config("classification", "train: " + file, "label: y", "split: { train: 1 }")))
                .containsExactlyInAnyOrder(Sets.list(1, 2.5f, 0), Sets.list(3, 4, 1));
    }

    @Test
    void classesAreOrderedByNumberThenByTextAndFoundInAnyType() {
        Path train = Sets.write(dir.resolve("t.csv"), "a,y", "1,10", "2,9", "3,9", "4,x");
        Path dev = Sets.write(dir.resolve("d.csv"), "a,y", "1,10", "2,9.0");
        try (TrainingData data = Sets.prepare(
                Sets.config("classification", "train: " + train, "dev: " + dev, "label: y", "split: { train: 1 }"))) {
            assertThat(data.classes()).containsExactly("9", "10", "x");
            assertThat(Sets.stored(data.set(DataRole.DEV), 1))
                    .containsExactlyInAnyOrder(Sets.list(1, 1), Sets.list(2, 0));
        }
    }

    @Test
    void trueAndFalseAreClasses() {
        Path train = Sets.write(dir.resolve("t.csv"), "a,y", "1,true", "2,false", "3,true");
        Path json = Sets.write(dir.resolve("t.json"), "{\"a\":1,\"y\":true}", "{\"a\":2,\"y\":false}");
        Path dev = Sets.write(dir.resolve("d.csv"), "a,y", "4,FALSE");
        try (TrainingData data = Sets.prepare(
                Sets.config("classification", "train: " + train, "dev: " + dev, "label: y", "split: { train: 1 }"))) {
            assertThat(data.classes()).containsExactly("false", "true");
            assertThat(Sets.stored(data.set(DataRole.DEV), 1)).containsExactly(Sets.list(4, 0));
        }
        assertThat(Sets.trainRows(Sets.config("classification", "train: " + json, "label: y", "split: { train: 1 }")))
                .containsExactlyInAnyOrder(Sets.list(1, 1), Sets.list(2, 0));
    }

    @Test
    void aKeyAndExcludedColumnsAreNoFeatures() {
        Path file = Sets.write(dir.resolve("t.csv"), "id,a,b,c,y", "1,2,3,x,0", "2,4,5,y,1");
        try (TrainingData data = Sets.prepare(Sets.config(
                "classification",
                "train: " + file,
                "label: y",
                "key: [id]",
                "features: { exclude: [b, c] }",
                "split: { train: 1 }"))) {
            assertThat(data.features().slotNames()).containsExactly("a");
        }
    }
}
