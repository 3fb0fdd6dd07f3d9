package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.model.LoadedModel;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Train, evaluate and predict, each from what the one before left on disk. */
class CommandsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void session() {
        // the commands find it and leave it running
        assertThat(TestSpark.session().sparkContext().isStopped()).isFalse();
    }

    private Path table(String name, int rows) throws IOException {
        Random random = new Random(name.length());
        List<String> lines = new ArrayList<>();
        lines.add("id,a,b,kind,price");
        for (int i = 0; i < rows; i++) {
            double a = Math.round(1e4 * random.nextGaussian()) / 1e4;
            double b = Math.round(1e4 * (5 + 3 * random.nextGaussian())) / 1e4;
            String kind = a + (b - 5) / 3 < -0.5 ? "low" : a < 0.5 ? "mid" : "high";
            lines.add(String.format(Locale.ROOT, "r%d,%.4f,%.4f,%s,%.2f", i, a, b, kind, Math.exp(a / 2 + b / 5)));
        }
        return Files.write(directory.resolve(name + ".csv"), lines);
    }

    /** Trains, and moves the model to where nothing but itself is. */
    private FinishedModel train(String task, String data) throws IOException {
        Path output = directory.resolve("out");
        Path config = Files.writeString(
                directory.resolve("c.yaml"),
                "name: small\ntask: " + task
                        + "\nnetwork: [{ dense: 8, activation: tanh, batch_norm: after }, { dense: 7, batch_norm: true }]\n"
                        + "training: { epochs: 4, batch_size: 37, optimizer: { learning_rate: 0.02 } }\n"
                        + "data: { train: " + table("train", 211) + ", test: " + table("exam", 83)
                        + ", features: [a, b], " + data + " }\noutput: " + output + "\n");
        assertThat(Lockstep.run("train", config.toString())).isZero();
        Files.delete(directory.resolve("train.csv"));
        return new FinishedModel(Files.move(output, directory.resolve("moved")));
    }

    @Test
    void evaluatingTheTestRowsGivesTheTrainingsTestMetrics() throws IOException {
        for (String data : List.of("label: kind", "label: price, target: log")) {
            FinishedModel model = train(data.contains("kind") ? "classification" : "regression", data);
            model.requireTestMetricsOf(directory.resolve("exam.csv"), directory.resolve("evaluated.json"));
            delete(model.directory());
        }
    }

    @Test
    void aModelComesWithAReportACardAndAConfigThatTrainsItAgain() throws IOException {
        FinishedModel model = train("classification", "label: kind");
        assertThat(model.directory().resolve("MODEL_CARD.md")).content().startsWith("# Model card: small\n");
        assertThat(model.directory().resolve("report.html")).content().contains("<title>small</title>", "83 test rows");
        Path page = directory.resolve("page.html");
        assertThat(Lockstep.run(
                        "evaluate",
                        model.directory().toString(),
                        "--data",
                        directory.resolve("exam.csv").toString(),
                        "--report",
                        page.toString()))
                .isZero();
        assertThat(page).content().contains("83 given rows", "exam.csv").doesNotContain("Learning curves");

        table("train", 211);
        Path again = directory.resolve("again");
        String config = model.directory().resolve("config.yaml").toString();
        assertThat(Lockstep.run("train", config, "--set", "output=" + again)).isZero();
        assertThat(FinishedModel.json(again.resolve("metrics.json")).get("weights_sha256"))
                .isEqualTo(FinishedModel.json(model.directory().resolve("metrics.json"))
                        .get("weights_sha256"));
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void predictionsAreTheReferenceNetworksInEachFormat() throws IOException {
        FinishedModel model = train("classification", "label: kind");
        LoadedModel loaded = model.loaded();
        List<String> classes = loaded.description().classes();
        for (String format : List.of("csv", "json", "parquet", "orc")) {
            Dataset<Row> scored = model.predicted(directory.resolve("exam.csv"), directory.resolve("scored." + format));
            assertThat(scored.columns()).contains("id", "a", "b", "kind", "price", "prediction");
            List<Row> rows = scored.collectAsList();
            assertThat(rows.stream().map(row -> row.<String>getAs("id")).distinct())
                    .hasSize(83);
            for (Row row : rows) {
                double[] expected = FinishedModel.outputs(loaded, row);
                double sum = 0;
                int best = 0;
                for (int k = 0; k < classes.size(); k++) {
                    double probability = probability(row, format, classes.get(k));
                    sum += probability;
                    best = expected[k] > expected[best] ? k : best;
                    // float32 logits of a small network
                    assertThat(probability).isCloseTo(expected[k], within(1e-5));
                }
                assertThat(sum).isCloseTo(1, within(1e-6));
                assertThat(row.<String>getAs("prediction")).isEqualTo(classes.get(best));
            }
        }
    }

    private static double probability(Row row, String format, String name) {
        if (format.equals("csv")) {
            return row.<Number>getAs("probability_" + name).doubleValue();
        }
        return format.equals("json")
                ? row.getStruct(row.fieldIndex("probability"))
                        .<Number>getAs(name)
                        .doubleValue()
                : ((Map<?, ?>) row.getJavaMap(row.fieldIndex("probability"))).get(name) instanceof Number number
                        ? number.doubleValue()
                        : Double.NaN;
    }

    @Test
    void pricesArePredictedInTheirOwnUnits() throws IOException {
        FinishedModel model = train("regression", "label: price, target: log");
        LoadedModel loaded = model.loaded();
        List<Row> rows = model.predicted(directory.resolve("exam.csv"), directory.resolve("prices"))
                .collectAsList();
        assertThat(rows).hasSize(83);
        double mean = loaded.description().target().mean(0);
        double deviation = loaded.description().target().deviation(0);
        for (Row row : rows) {
            double expected = Math.exp(FinishedModel.outputs(loaded, row)[0] * deviation + mean);
            // a float32 output of order 1
            assertThat(row.<Double>getAs("prediction")).isCloseTo(expected, within(1e-5 * expected));
        }
    }

    @Test
    void aPlanIsATableOfEightyColumnsThatNamesTheBetterForm() throws IOException {
        Path config = Files.writeString(
                directory.resolve("plan.yaml"),
                "task: classification\ntraining: { batch_size: 64 }\nshards: 8\ndata: { train: " + table("train", 211)
                        + ", label: kind }\n");
        CapturedRun run =
                CapturedRun.of("plan", config.toString(), "--executors", "3", "--cores", "4", "--bandwidth", "1Gb");
        assertThat(run.code()).as(run.err()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(run.out()).contains("1.0 Gb/s").contains("3 executors of 4: sync: ");
        List<String> rows = lines.stream()
                .filter(line -> line.matches(" +\\d+ +\\d+ .*(driver|barrier).*"))
                .toList();
        assertThat(rows.stream().map(row -> row.strip().replaceFirst(" .*", "")))
                .containsExactly("2", "3", "4", "8", "16", "32", "64", "128", "256", "512");
        assertThat(rows.get(1)).contains("<");
        // 8 shards for 12 slots
        assertThat(run.out()).contains("Only 8 of the 12 slots have work").contains("shards: 16");
    }

    @Test
    void aTrainingThatDivergesEndsWithFourAndPublishesNothing() throws IOException {
        Path output = directory.resolve("never");
        Path config = Files.writeString(
                directory.resolve("wild.yaml"),
                "task: regression\nnetwork: [{ dense: 8, activation: relu }]\ndata: { train: " + table("train", 211)
                        + ", label: price, features: [a, b] }\noutput: " + output + "\n"
                        + "training: { batch_size: 20, optimizer: { name: sgd, learning_rate: 1.0e30 } }\n");
        CapturedRun run = CapturedRun.of("train", config.toString());
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err())
                .startsWith("lockstep: training diverged in epoch 1, step ")
                .contains("layer ")
                .hasLineCount(1);
        try (var left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("train.csv", "wild.yaml");
        }
    }
}
