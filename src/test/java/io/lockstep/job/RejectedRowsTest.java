package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.testing.Pictures;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that {@code predict} cannot score, in every format. */
class RejectedRowsTest {
    @TempDir
    static Path shared;

    @TempDir
    Path dir;

    private static String model;

    @BeforeAll
    static void train() throws IOException {
        Random random = new Random(5);
        StringBuilder lines = new StringBuilder("id,a,b,y\n");
        for (int i = 0; i < 80; i++) {
            double a = random.nextGaussian();
            lines.append("r" + i + "," + a + "," + random.nextInt(9) + "," + (a > 0 ? "yes" : "no") + "\n");
        }
        Path data = Files.writeString(shared.resolve("train.csv"), lines);
        model = train(shared, "train: " + data + ", label: y, features: [a, b]");
    }

    private static String train(Path in, String data) throws IOException {
        Path model = in.resolve("model");
        Path config = Files.writeString(
                in.resolve("c.yaml"),
                "task: classification\ndata: { " + data + " }\nnetwork: [ { dense: 4 } ]\n"
                        + "training: { epochs: 1, early_stopping: null }\ncheckpoint: null\nsync: driver\noutput: "
                        + model + "\n");
        CapturedRun run = CapturedRun.of("train", config.toString());
        assertThat(run.code()).as(run.err()).isZero();
        return model.toString();
    }

    private CapturedRun predict(Path data, String... more) {
        return predict(model, data, more);
    }

    private static CapturedRun predict(String with, Path data, String... more) {
        List<String> arguments = new ArrayList<>(List.of("predict", with, "--data", data.toString()));
        arguments.addAll(Arrays.asList(more));
        return CapturedRun.of(arguments.toArray(String[]::new));
    }

    private static Dataset<Row> read(Path folder, String format) {
        return TestSpark.session()
                .read()
                .option("header", "true")
                .format(format)
                .load(folder.toString());
    }

    /** Names in the test's folder that are not hidden. */
    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            Set<String> names = new TreeSet<>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            return names;
        }
    }

    @Test
    void textWhereANumberBelongsAndHolesGoAsideWithTheirReason() throws IOException {
        Path data = Files.writeString(
                dir.resolve("new.csv"), "id,a,b,y\n1,0.5,1,yes\n2,x\u001b[31m,1,no\n3,0.5,,no\n4,-2,7,no\n");

        CapturedRun run = predict(data, "--out", dir.resolve("p.csv").toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "2 rows scored; 2 could not be scored: " + dir + "/p.rejected.csv. E.g. column \"a\": expected"
                                + " a finite number of at most 3.4e38, found \"x\\u001B[31m\".\n");
        assertThat(read(dir.resolve("p.csv"), "csv")
                        .select("id", "a", "b")
                        .orderBy("id")
                        .collectAsList())
                .containsExactly(RowFactory.create("1", "0.5", "1"), RowFactory.create("4", "-2", "7"));
        Dataset<Row> rejected = read(dir.resolve("p.rejected.csv"), "csv");
        assertThat(rejected.columns()).containsExactly("id", "a", "b", "y", "reason", "file");
        assertThat(rejected.orderBy("id").collectAsList())
                .containsExactly(
                        RowFactory.create(
                                "2",
                                "x\u001b[31m",
                                "1",
                                "no",
                                "column \"a\": expected a finite number of at most 3.4e38, found \"x\\u001B[31m\".",
                                "file:" + data),
                        RowFactory.create(
                                "3",
                                "0.5",
                                null,
                                "no",
                                "column \"b\": expected a value, found none (data.missing: error; with impute it would be"
                                        + " filled in).",
                                "file:" + data));
        assertThat(files()).containsExactly("new.csv", "p.csv", "p.rejected.csv");
    }

    @Test
    void aColumnOfNumbersStaysOneInParquetWhateverIsRejected() throws IOException {
        Path data = Files.writeString(dir.resolve("new.csv"), "id,a,b\n1,0.5,1\n2,x,1\n3,1e3,1\n");

        assertThat(predict(data, "--out", dir.resolve("p.parquet").toString()).code())
                .isZero();

        Dataset<Row> scored = read(dir.resolve("p.parquet"), "parquet");
        assertThat(scored.schema().apply("a").dataType()).isEqualTo(DataTypes.DoubleType);
        assertThat(scored.select("id", "a").orderBy("id").collectAsList())
                .containsExactly(RowFactory.create(1, 0.5), RowFactory.create(3, 1000.0));
        assertThat(read(dir.resolve("p.rejected.parquet"), "parquet")
                        .select("a")
                        .collectAsList())
                .containsExactly(RowFactory.create("x"));
    }

    @Test
    void malformedLinesAreKeptAsTheyAre() throws IOException {
        Path csv = Files.writeString(dir.resolve("new.csv"), "id,a,b\n1,0.5,1\n2,7\n\"3, 3\",1,1\n4,1,2,3\n5,-1,3\n");
        Path json =
                Files.writeString(dir.resolve("new.json"), "{\"a\":0.5,\"b\":1}\n{\"a\":0.5,\n{\"a\":-1,\"b\":2}\n");

        CapturedRun run = predict(csv, "--out", dir.resolve("p").toString());

        assertThat(run.out())
                .as(run.err())
                .contains("3 rows scored; 2 could not be scored: " + dir + "/p.rejected. E.g.");
        Dataset<Row> rejected = read(dir.resolve("p.rejected"), "parquet");
        assertThat(rejected.columns()).containsExactly("id", "a", "b", "reason", "file", "record");
        assertThat(rejected.select("record", "reason").orderBy("record").collectAsList())
                .containsExactly(
                        RowFactory.create(
                                "2,7",
                                "the line does not fit the columns: a cell is missing, or one too many,"
                                        + " or it is not closed."),
                        RowFactory.create(
                                "4,1,2,3",
                                "the line does not fit the columns: a cell is missing, or one too"
                                        + " many, or it is not closed."));
        assertThat(read(dir.resolve("p"), "parquet").columns())
                .containsExactly("id", "a", "b", "prediction", "probability");

        run = predict(json, "--out", dir.resolve("j.json").toString());

        assertThat(run.out())
                .as(run.err())
                .contains("2 rows scored; 1 could not be scored: " + dir + "/j.rejected.json. E.g.");
        assertThat(read(dir.resolve("j.rejected.json"), "json").select("record").collectAsList())
                .containsExactly(RowFactory.create("{\"a\":0.5,"));
        assertThat(read(dir.resolve("j.json"), "json").count()).isEqualTo(2);
    }

    @Test
    void namesThatAreTakenGetANumber() throws IOException {
        StructType schema = new StructType()
                .add("a", DataTypes.DoubleType)
                .add("b", DataTypes.IntegerType)
                .add("Reason", DataTypes.StringType)
                .add("file", DataTypes.StringType);
        TestSpark.session()
                .createDataFrame(
                        List.of(RowFactory.create(1.0, 1, "r", "f"), RowFactory.create(Double.NaN, 2, "s", "g")),
                        schema)
                .write()
                .orc(dir.resolve("new.orc").toString());

        CapturedRun run = predict(
                dir.resolve("new.orc"),
                "--out",
                dir.resolve("p.orc").toString(),
                "--rejects",
                dir.resolve("aside").toString());

        assertThat(run.out()).as(run.err()).contains("1 row scored; 1 could not be scored: " + dir + "/aside. E.g.");
        Row rejected = read(dir.resolve("aside"), "orc").first();
        assertThat(rejected.schema().fieldNames()).containsExactly("a", "b", "Reason", "file", "reason_2", "file_2");
        assertThat(rejected.<String>getAs("reason_2")).contains("\"a\": expected a value, found NaN, which is none");
        assertThat(rejected.getString(2)).isEqualTo("s");
        assertThat(rejected.<String>getAs("file")).isEqualTo("g");
        assertThat(rejected.<String>getAs("file_2")).startsWith("file:" + dir.resolve("new.orc/part-"));
    }

    @Test
    void nothingIsWrittenAsideWhereAllRowsAreScoredOrNone() throws IOException {
        Path sound = Files.writeString(dir.resolve("sound.csv"), "a,b\n1,2\n");
        assertThat(predict(sound, "--out", dir.resolve("p.csv").toString()).out())
                .contains("\n1 row scored.\n");
        assertThat(files()).containsExactly("p.csv", "sound.csv");

        Path other = Files.writeString(dir.resolve("other.csv"), "a,b\nx,2\ny,3\n");
        CapturedRun run = predict(other, "--out", dir.resolve("q.csv").toString());
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err())
                .startsWith(
                        "lockstep: --data: 2 of 2 rows cannot be scored, and nothing was written. Is this the model's"
                                + " kind of data? E.g. column \"a\": expected");
        assertThat(files()).containsExactly("other.csv", "p.csv", "sound.csv");
    }

    @Test
    void moreRejectedRowsThanAllowedEndTheCommand() throws IOException {
        Path data = Files.writeString(dir.resolve("new.csv"), "a,b\n1,2\nx,2\n3,4\n5,6\n");
        CapturedRun run = predict(data, "--out", dir.resolve("p.csv").toString(), "--max-rejected", "0.2");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err())
                .contains("1 of 4 rows cannot be scored, and nothing was written. That is more than --max-rejected 0.2"
                        + " allows.");
        assertThat(files()).containsExactly("new.csv");
        assertThat(predict(data, "--out", dir.resolve("p.csv").toString(), "--max-rejected", "0.25")
                        .code())
                .isZero();

        Path taken = Files.createDirectory(dir.resolve("q.rejected.csv"));
        run = predict(data, "--out", dir.resolve("q.csv").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--rejects: " + taken + " exists already; nothing was overwritten.");
        run = predict(data, "--out", dir.resolve("q.csv").toString(), "--max-rejected", "1.5");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--max-rejected: expected a share from 0 to 1, found 1.5.");
        run = predict(data, "--out", dir.resolve("q.csv").toString(), "--strict", "--rejects", dir + "/r");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--strict and --rejects: with --strict no row is rejected.");
    }

    @Test
    void bothFoldersCannotBeOne() throws IOException {
        Path data = Files.writeString(dir.resolve("new.csv"), "a,b\n1,2\n");
        CapturedRun run = predict(data, "--out", dir + "/p", "--rejects", dir + "/p/");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--rejects: is the folder of --out, " + dir + "/p. Name another.");
        assertThat(files()).containsExactly("new.csv");
    }

    @Test
    void aLongCellIsShownByItsBeginning() throws IOException {
        Path data = Files.writeString(dir.resolve("new.csv"), "a,b\n1,2\n" + "z".repeat(5000) + ",2\n");
        CapturedRun run = predict(data, "--out", dir.resolve("p.json").toString());
        assertThat(run.out()).contains("found \"" + "z".repeat(60) + "…\".").doesNotContain("z".repeat(61));
        assertThat(read(dir.resolve("p.rejected.json"), "json").first().<String>getAs("a"))
                .hasSize(5000);
    }

    @Test
    void imagesThatCannotBeDecodedAreNamedByTheirPaths() throws IOException {
        Random random = new Random(1);
        Path images = dir.resolve("images");
        for (int i = 0; i < 12; i++) {
            Path file = images.resolve((i % 2 == 0 ? "upright/" : "lying/") + i + ".png");
            Pictures.write(file, Pictures.encode(Pictures.bar(i % 2 == 0, 8, random), "png"));
        }
        String pictured = train(
                Files.createDirectory(dir.resolve("m")),
                "label: kind, train: " + images + ", format: image, image: { height: 4, width: 4 }");
        Files.write(images.resolve("lying/1.png"), new byte[] {1, 2, 3});
        Files.write(images.resolve("lying/3.png"), new byte[0]);

        CapturedRun run = predict(pictured, images, "--out", dir.resolve("p").toString());

        assertThat(run.out())
                .as(run.err())
                .contains("10 rows scored; 2 could not be scored: " + dir + "/p.rejected. E.g.");
        Dataset<Row> rejected = read(dir.resolve("p.rejected"), "parquet");
        assertThat(rejected.columns()).containsExactly("path", "reason", "file");
        assertThat(rejected.select("path", "reason").orderBy("path").collectAsList())
                .containsExactly(
                        RowFactory.create(
                                "lying/1.png",
                                "column \"image\": expected a PNG or JPEG file, found one that is neither PNG nor JPEG."),
                        RowFactory.create(
                                "lying/3.png",
                                "column \"image\": expected a PNG or JPEG file, found one that is empty."));
        assertThat(read(dir.resolve("p"), "parquet").count()).isEqualTo(10);
    }
}
