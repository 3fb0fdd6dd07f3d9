package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.testing.SparseData;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of thousands of features, from the files to the predictions. */
class WideTablesTest {
    @TempDir
    Path dir;

    private Path config(String data) throws IOException {
        return Files.writeString(
                dir.resolve("c.yaml"),
                "name: wide\ntask: classification\nnetwork: [{ dense: 4, activation: tanh }]\n"
                        + "training: { epochs: 2, batch_size: 64, optimizer: { learning_rate: 0.02 } }\n"
                        + "data: { " + data + " }\noutput: " + dir.resolve("model") + "\n");
    }

    private CapturedRun ok(String... arguments) {
        CapturedRun run = CapturedRun.of(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private JsonNode model() throws IOException {
        return new ObjectMapper().readTree(dir.resolve("model/model.json").toFile());
    }

    private String out(String name) {
        return dir.resolve(name).toString();
    }

    @Test
    void anIndexBeyondTheWidthIsAMistakeInTheData() throws IOException {
        Path folder = SparseData.write(dir.resolve("rows"), SparseData.libsvm(200, 500, 6, 5), 1, 1);
        ok("train", config("train: " + folder + ", format: libsvm").toString());
        Path wider = Files.writeString(dir.resolve("wider.libsvm"), "1 3:1.0 9:2.0\n0 700:1.0\n");
        for (String command : List.of("evaluate", "predict")) {
            List<String> arguments = new ArrayList<>(List.of(command, out("model"), "--data", wider.toString()));
            if (command.equals("predict")) {
                arguments.addAll(List.of("--out", out("scored.parquet")));
            }
            CapturedRun run = CapturedRun.of(arguments.toArray(String[]::new));
            assertThat(run.code()).as(run.err()).isEqualTo(3);
            assertThat(run.err()).contains("699").doesNotContain("\tat ");
        }
        // a libsvm file counts from 1
        Path zero = Files.writeString(dir.resolve("zero.libsvm"), "1 0:1.0 9:2.0\n0 7:1.0\n");
        CapturedRun run = CapturedRun.of("train", config("train: " + zero).toString());
        assertThat(run.code()).as(run.err()).isEqualTo(3);
        assertThat(run.err()).doesNotContain("\tat ");
    }

    @Test
    void aFileOfTwentyThousandColumnsIsTrainedOn() throws IOException {
        int columns = 20_000;
        Random random = new Random(4);
        StringBuilder text = new StringBuilder("y");
        for (int k = 0; k < columns; k++) {
            text.append(",x").append(k);
        }
        for (int i = 0; i < 40; i++) {
            text.append('\n').append(i % 2 == 0 ? "a" : "b");
            for (int k = 0; k < columns; k++) {
                text.append(',').append(random.nextInt(100) / 10.0);
            }
        }
        Path file = Files.writeString(dir.resolve("wide.csv"), text.append('\n'));
        ok(
                "train",
                config("train: " + file + ", label: y, split: { train: 0.7, dev: 0.3 }")
                        .toString());
        assertThat(model().has("storage")).isFalse();
        assertThat(model().get("features").size()).isEqualTo(columns);
    }

    @Test
    void aLibsvmFileOfTwentyThousandFeaturesIsCheckedTrainedEvaluatedAndScoredSparse() throws IOException {
        Path folder = SparseData.write(dir.resolve("rows"), SparseData.libsvm(400, 20_000, 40, 1), 2, 1);
        String config = config("train: " + folder + ", format: libsvm").toString();
        assertThat(ok("check", config).out()).contains("20,000").contains("radient");
        ok("train", config);
        assertThat(model().get("storage").asText()).isEqualTo("sparse");
        assertThat(model().at("/features/0/size").asInt()).isEqualTo(20_000);

        ok("evaluate", out("model"), "--data", folder.toString(), "--format", "libsvm", "--out", out("sparse.json"));
        ok("predict", out("model"), "--data", folder.toString(), "--format", "libsvm", "--out", out("sparse.parquet"));
        List<Row> scored =
                TestSpark.session().read().parquet(out("sparse.parquet")).collectAsList();
        assertThat(scored).hasSize(400);

        // the same model without the word that makes it take examples sparse: the same up to float32's rounding
        ObjectNode json = (ObjectNode) model();
        json.remove(List.of("storage", "sha256"));
        Files.writeString(dir.resolve("model/model.json"), json.toString());
        ok("evaluate", out("model"), "--data", folder.toString(), "--format", "libsvm", "--out", out("dense.json"));
        ok("predict", out("model"), "--data", folder.toString(), "--format", "libsvm", "--out", out("dense.parquet"));
        double sparseLoss = metric("sparse.json");
        assertThat(sparseLoss).isCloseTo(metric("dense.json"), within(1e-5));
        List<Row> dense =
                TestSpark.session().read().parquet(out("dense.parquet")).collectAsList();
        assertThat(probabilities(scored)).hasSize(400);
        for (int i = 0; i < 400; i++) {
            assertThat(probabilities(scored).get(i))
                    .isCloseTo(probabilities(dense).get(i), within(1e-5));
        }
    }

    private double metric(String file) throws IOException {
        return new ObjectMapper()
                .readTree(dir.resolve(file).toFile())
                .findValue("loss")
                .asDouble();
    }

    private static List<Double> probabilities(List<Row> rows) {
        return rows.stream()
                .map(row ->
                        ((Number) row.getJavaMap(row.fieldIndex("probability")).get("1")).doubleValue())
                .sorted()
                .toList();
    }

    @Test
    void sparkVectorsInParquetAreTakenSparseAsInLibsvm() throws IOException {
        Path folder = SparseData.write(dir.resolve("rows"), SparseData.libsvm(300, 3_000, 10, 2), 1, 1);
        Dataset<Row> table = TestSpark.session().read().format("libsvm").load(folder.toString());
        table.write().parquet(out("rows.parquet"));
        assertThat(TestSpark.session()
                        .read()
                        .parquet(out("rows.parquet"))
                        .first()
                        .<Vector>getAs("features")
                        .size())
                .isEqualTo(3_000);
        ok("train", config("train: " + folder + ", format: libsvm").toString());
        String sha256 = model().at("/weights/sha256").asText();
        ok("train", config("train: " + out("rows.parquet") + ", label: label").toString());
        assertThat(model().get("storage").asText()).isEqualTo("sparse");
        assertThat(model().at("/weights/sha256").asText()).isEqualTo(sha256);
    }

    @Test
    void aCategoryOfFiveThousandLevelsIsSparse() throws IOException {
        Random random = new Random(3);
        List<String> lines = new ArrayList<>();
        lines.add("code,size,y");
        for (int i = 0; i < 10_000; i++) {
            int code = i < 10_000 / 2 ? i : random.nextInt(5_000);
            lines.add(String.format(
                    Locale.ROOT, "c%d,%.3f,%s", code, random.nextGaussian(), code % 3 == 0 ? "yes" : "no"));
        }
        Path file = Files.write(dir.resolve("codes.csv"), lines);
        ok("train", config("train: " + file + ", label: y, split: { train: 1 }").toString());
        assertThat(model().get("storage").asText()).isEqualTo("sparse");
        assertThat(model().at("/features/0/levels").size()).isEqualTo(5_000);
        assertThat(model().at("/normalization/means").size()).isEqualTo(5_001);
    }

    @Test
    void sparseStorageOfWhatIsDenseByNatureIsRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("t.csv"), "x,y\n1,2\n");
        for (String key : List.of("image: { height: 1, width: 1 }", "audio: { rate: 8000 }")) {
            CapturedRun run = CapturedRun.of(
                    "train",
                    config("train: " + file + ", label: y, storage: sparse, " + key)
                            .toString());
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("data.storage").contains("Set data.storage: auto");
        }
        Path dropped = config("train: " + file + ", label: y, storage: sparse");
        Files.writeString(dropped, Files.readString(dropped) + "input_dropout: 0.1\n");
        CapturedRun run = CapturedRun.of("train", dropped.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("data.storage: input_dropout sets normalized features to 0");
    }
}
