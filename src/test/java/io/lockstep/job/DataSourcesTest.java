package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelIo;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.nn.Shape;
import io.lockstep.testing.Pictures;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the section {@code data} can do, from the files to the predictions. */
class DataSourcesTest {
    @TempDir
    Path dir;

    private Path config(String data) throws IOException {
        return Files.writeString(
                dir.resolve("c.yaml"),
                "name: small\ntask: classification\nnetwork: [{ dense: 6, activation: tanh }]\n"
                        + "training: { epochs: 3, batch_size: 32, optimizer: { learning_rate: 0.02 } }\n"
                        + "data: { " + (data.startsWith("label") ? "" : "label: y, ") + data + " }\noutput: "
                        + dir.resolve("model") + "\n");
    }

    private LoadedModel train(String data) throws IOException {
        CapturedRun run = CapturedRun.of("train", config(data).toString());
        assertThat(run.code()).as(run.err()).isZero();
        return ModelIo.read(
                dir.resolve("model").toString(),
                TestSpark.session().sparkContext().hadoopConfiguration());
    }

    /** The predictions of {@code data}, by the column {@code id}. */
    private Map<String, Row> predict(Path data) {
        Path out = dir.resolve("scored" + data.getFileName() + ".parquet");
        CapturedRun run = CapturedRun.of(
                "predict", dir.resolve("model").toString(), "--data", data.toString(), "--out", out + "");
        assertThat(run.code()).as(run.err()).isZero();
        Map<String, Row> rows = new LinkedHashMap<>();
        for (Row row : TestSpark.session().read().parquet(out.toString()).collectAsList()) {
            rows.put(row.getAs("id").toString(), row);
        }
        return rows;
    }

    private static double probability(Row row, String level) {
        return ((Number) row.getJavaMap(row.fieldIndex("probability")).get(level)).doubleValue();
    }

    /** The probability of the second of two classes by the reference network, for features by their slots' names. */
    private static double expected(LoadedModel model, Map<String, Double> features) {
        FeatureSchema schema = model.description().features();
        double[] x = new double[schema.width()];
        for (int i = 0; i < x.length; i++) {
            double value = features.getOrDefault(schema.slotNames().get(i), 0.0);
            x[i] = Double.isNaN(value) ? 0 : model.description().normalization().normalize(value, i);
        }
        double[] theta = new double[model.theta().length];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = model.theta()[i];
        }
        return new ReferenceNetwork(model.description().network()).outputs(theta, x, 1)[0];
    }

    private JsonNode json(String file) throws IOException {
        return new ObjectMapper().readTree(dir.resolve(file).toFile());
    }

    /** Evaluating the file of the test rows must give what the training said of them. */
    private void requireSameTestMetrics(Path test, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "evaluate", dir.resolve("model").toString(), "--data", test.toString(), "--out", dir + "/e.json"));
        arguments.addAll(List.of(options));
        CapturedRun run = CapturedRun.of(arguments.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode expected = json("model/metrics.json").get("test");
        JsonNode found = json("e.json").get("metrics");
        assertThat(found.get("confusion")).isEqualTo(expected.get("confusion"));
        // the rows come in another order, which may move the last bit of a float32 prediction
        assertThat(found.get("loss").asDouble()).isCloseTo(expected.get("loss").asDouble(), within(1e-6));
    }

    /** Rows with holes and Windows' line ends; a and kind have holes, b has none. */
    private Path holes(String name, int rows) throws IOException {
        Random random = new Random(name.length());
        StringBuilder lines = new StringBuilder("id,a,b,kind,y\r\n");
        for (int i = 0; i < rows; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            String kind = random.nextBoolean() ? "red" : "blue";
            lines.append(String.format(
                    Locale.ROOT,
                    "r%d,%s,%.3f,%s,%s\r\n",
                    i,
                    random.nextInt(4) == 0 ? "" : String.format(Locale.ROOT, "%.3f", a),
                    b,
                    random.nextInt(4) == 0 ? "" : kind,
                    a + b > 0 ? "yes" : "no"));
        }
        return Files.writeString(dir.resolve(name), lines);
    }

    @Test
    void holesAreFilledInTheSameWayInEveryCommand() throws IOException {
        Path test = holes("test.csv", 90);
        LoadedModel model = train(
                "train: " + holes("train.csv", 300) + ", test: " + test + ", features: [a, b, kind], missing: impute");
        requireSameTestMetrics(test);
        List<String> slots = model.description().features().slotNames();
        assertThat(slots).containsExactly("a", "a is missing", "b", "kind=blue", "kind=red", "kind is missing");
        Path gaps = Files.writeString(
                dir.resolve("gaps.csv"),
                "id,a,b,kind\r\n1,0.5,1.5,red\r\n2,,1.5,\r\n3,-1,,blue\r\n4,,,\r\n5,0.5,1.5,green\r\n");
        Map<String, Row> scored = predict(gaps);
        // float32 logits of a small network
        assertThat(probability(scored.get("1"), "yes"))
                .isCloseTo(expected(model, Map.of("a", 0.5, "b", 1.5, "kind=red", 1.0)), within(1e-5));
        assertThat(probability(scored.get("2"), "yes"))
                .isCloseTo(
                        expected(model, Map.of("a", Double.NaN, "a is missing", 1.0, "b", 1.5, "kind is missing", 1.0)),
                        within(1e-5));
        assertThat(probability(scored.get("3"), "yes"))
                .isCloseTo(expected(model, Map.of("a", -1.0, "b", Double.NaN, "kind=blue", 1.0)), within(1e-5));
        assertThat(probability(scored.get("4"), "yes"))
                .isCloseTo(
                        expected(
                                model,
                                Map.of("a", Double.NaN, "a is missing", 1.0, "b", Double.NaN, "kind is missing", 1.0)),
                        within(1e-5));
        assertThat(probability(scored.get("5"), "yes"))
                .as("a level that no training row had")
                .isCloseTo(expected(model, Map.of("a", 0.5, "b", 1.5)), within(1e-5));
    }

    @Test
    void aModelThatWasTrainedWithoutHolesRefusesThem() throws IOException {
        Path train = holes("train.csv", 300);
        CapturedRun run = CapturedRun.of(
                "train", config("train: " + train + ", features: [a, b]").toString());
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("lockstep: column \"a\": expected a value, found none (data.missing: error; with impute it"
                        + " would be filled in), in row {id=r");
        train("train: " + train + ", features: [b]");
        Path gap = Files.writeString(dir.resolve("gap.csv"), "id,b\r\n1,0.5\r\n2,\r\n");
        CapturedRun predicted = CapturedRun.of(
                "predict",
                dir.resolve("model").toString(),
                "--data",
                gap.toString(),
                "--out",
                dir + "/p.parquet",
                "--strict");
        assertThat(predicted.code()).isEqualTo(3);
        assertThat(predicted.err())
                .contains("column \"b\": expected a value, found none")
                .contains("{id=2, b=(missing)}");
    }

    @Test
    void codesBooleansDaysAndHashedTextsAreTheSameCategoriesInEveryCommand() throws IOException {
        Random random = new Random(9);
        StringBuilder lines = new StringBuilder("id,code,flag,day,shop,y\n");
        for (int i = 0; i < 400; i++) {
            int code = 8 + random.nextInt(3);
            lines.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%b,2024-01-%02d,shop%d,%s%n",
                    i,
                    code,
                    random.nextBoolean(),
                    1 + random.nextInt(3),
                    random.nextInt(150),
                    code == 9 ? "yes" : "no"));
        }
        Path all = Files.writeString(dir.resolve("all.csv"), lines);
        LoadedModel model = train("train: " + all + ", test: " + all
                + ", features: [code, flag, day, shop], categorical: [code, flag, day], hashing: { shop: 16 }");
        assertThat(model.description().features().slotNames())
                .startsWith(
                        "code=8",
                        "code=9",
                        "code=10",
                        "flag=false",
                        "flag=true",
                        "day=2024-01-01",
                        "day=2024-01-02",
                        "day=2024-01-03",
                        "shop#0")
                .hasSize(8 + 16);
        requireSameTestMetrics(all);
        // json has texts where csv had dates, and here numbers where there were whole ones
        Path other = Files.writeString(dir.resolve("other.json"), """
                {"id":1,"code":9.0,"flag":true,"day":"2024-01-02","shop":"shop7"}
                {"id":2,"code":11.5,"flag":false,"day":"2025-01-02","shop":"new"}
                """);
        Map<String, Row> scored = predict(other);
        assertThat(probability(scored.get("1"), "yes"))
                .isCloseTo(
                        expected(
                                model,
                                Map.of(
                                        "code=9",
                                        1.0,
                                        "flag=true",
                                        1.0,
                                        "day=2024-01-02",
                                        1.0,
                                        "shop#" + bucket("shop7", 16),
                                        1.0)),
                        within(1e-5));
        assertThat(probability(scored.get("2"), "yes"))
                .isCloseTo(expected(model, Map.of("flag=false", 1.0, "shop#" + bucket("new", 16), 1.0)), within(1e-5));
    }

    /** By Scala's implementation of the same hash. */
    private static int bucket(String text, int buckets) {
        int hash = scala.util.hashing.MurmurHash3$.MODULE$.bytesHash(
                text.getBytes(java.nio.charset.StandardCharsets.UTF_8), 42);
        return Math.floorMod(hash, buckets);
    }

    @Test
    void whatLooksLikeCodesIsToldInOneSentence() throws IOException {
        StringBuilder lines = new StringBuilder("code,size,p1,p2,p3,p4,y\n");
        for (int i = 0; i < 200; i++) {
            lines.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%d,%d,%d,%d,%s%n",
                    i % 7,
                    i,
                    i % 3,
                    i % 4,
                    i % 5,
                    i % 6,
                    i % 2 == 0 ? "a" : "b"));
        }
        Path table = Files.writeString(dir.resolve("t.csv"), lines);
        CapturedRun run = CapturedRun.of("train", config("train: " + table).toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines().filter(line -> line.contains("data.categorical")))
                .containsExactly("Whole numbers with at most 10 different values are taken as numbers: code. Where they"
                        + " are codes without an order, name them in data.categorical.");
    }

    private static final String SIZE = "image: { height: 12, width: 12 }";

    /** {@code count} pictures of bars in the folders of their classes. */
    private Path bars(String name, int count) {
        Random random = new Random(name.length());
        for (int i = 0; i < count; i++) {
            boolean upright = i % 2 == 0;
            Pictures.write(
                    dir.resolve(name).resolve(upright ? "upright" : "lying").resolve(i + ".png"),
                    Pictures.encode(Pictures.bar(upright, 24, random), "png"));
        }
        return dir.resolve(name);
    }

    private CapturedRun run(String... arguments) {
        return CapturedRun.of(arguments);
    }

    @Test
    void foldersOfImagesAreTrainedOnEvaluatedAndPredicted() throws IOException {
        Path test = bars("test", 40);
        LoadedModel model =
                train("label: kind, train: " + bars("train", 120) + ", test: " + test + ", format: image, " + SIZE);
        assertThat(model.description().network().input()).isEqualTo(new Shape.Image(1, 12, 12));
        assertThat(model.description().classes()).containsExactly("lying", "upright");
        assertThat(json("model/metrics.json").get("test").get("accuracy").asDouble())
                .isGreaterThan(0.9);
        requireSameTestMetrics(test);
        Path flat = Files.createDirectories(dir.resolve("flat"));
        Files.copy(test.resolve("lying/1.png"), flat.resolve("a.png"));
        Files.copy(test.resolve("upright/2.png"), flat.resolve("b.png"));
        Path out = dir.resolve("p.csv");
        CapturedRun predicted =
                run("predict", dir.resolve("model").toString(), "--data", flat.toString(), "--out", out.toString());
        assertThat(predicted.code()).as(predicted.err()).isZero();
        List<Row> rows = TestSpark.session()
                .read()
                .option("header", "true")
                .csv(out.toString())
                .orderBy("path")
                .collectAsList();
        assertThat(rows.get(0).schema().fieldNames())
                .containsExactly("path", "prediction", "probability_lying", "probability_upright");
        assertThat(rows.stream().map(row -> row.getString(0) + "=" + row.getString(1)))
                .containsExactly("a.png=lying", "b.png=upright");
    }

    @Test
    void brokenImagesAreCountedAndNamedByEveryCommand() throws IOException {
        Path train = bars("train", 60);
        train("label: kind, train: " + train + ", format: image, " + SIZE);
        byte[] whole = Files.readAllBytes(train.resolve("lying/1.png"));
        for (int i = 0; i < 6; i++) {
            Pictures.write(train.resolve("lying/z" + i + ".png"), java.util.Arrays.copyOf(whole, whole.length / 2));
        }
        Files.createFile(train.resolve("upright/none.jpg"));
        Files.writeString(train.resolve("lying/text.png"), "no image");
        String told = "8 of 68 images cannot be read: lying/text.png (neither PNG nor JPEG), lying/z0.png (damaged: ";
        for (CapturedRun run : List.of(
                run(
                        "train",
                        config("label: kind, train: " + train + ", format: image, " + SIZE)
                                .toString()),
                run("evaluate", dir.resolve("model").toString(), "--data", train.toString()),
                run(
                        "predict",
                        dir.resolve("model").toString(),
                        "--data",
                        train.toString(),
                        "--out",
                        dir + "/p",
                        "--strict"))) {
            assertThat(run.code()).as(run.err()).isEqualTo(3);
            assertThat(run.err())
                    .contains(told)
                    .endsWith(", …. Mend or remove them.\n")
                    .hasLineCount(1);
        }
        assertThat(dir.resolve("p")).doesNotExist();
    }

    @Test
    void aColumnOfImagesIsDecodedAndKeptAsItIs() throws IOException {
        Random random = new Random(4);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            rows.add(RowFactory.create(
                    "r" + i,
                    Pictures.encode(Pictures.bar(i % 2 == 0, 24, random), i % 3 == 0 ? "jpg" : "png"),
                    i % 2 == 0 ? "upright" : "lying"));
        }
        StructType schema = new StructType()
                .add("id", DataTypes.StringType)
                .add("photo", DataTypes.BinaryType)
                .add("y", DataTypes.StringType);
        Path table = dir.resolve("t.parquet");
        TestSpark.session()
                .createDataFrame(TestSpark.context().parallelize(rows, 3), schema)
                .write()
                .parquet(table.toString());
        LoadedModel model = train("train: " + table + ", test: " + table + ", key: id,"
                + " image: { column: photo, height: 12, width: 12, channels: 3 }");
        assertThat(model.description().features().columns())
                .containsExactly(new FeatureColumn.Image("photo", new Shape.Image(3, 12, 12)));
        requireSameTestMetrics(table);
        Map<String, Row> scored = predict(table);
        assertThat(scored).hasSize(120);
        for (Row row : rows) {
            assertThat(scored.get(row.getString(0)).<byte[]>getAs("photo")).isEqualTo(row.<byte[]>getAs(1));
        }
        CapturedRun bytes = run(
                "train",
                config("train: " + table + ", key: id, image: { height: 12, width: 12 }")
                        .toString());
        assertThat(bytes.code()).isEqualTo(3);
        assertThat(bytes.err())
                .contains("data.image: 12×12×1 (height×width×channels) makes 144 features")
                .contains("data.image.column");
    }
}
