package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.model.LoadedModel;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Train, evaluate and predict with several labels and weights, from the command line. */
class SeveralLabelsCommandsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void session() {
        // the commands find it and leave it running
        assertThat(TestSpark.session().sparkContext().isStopped()).isFalse();
    }

    private Path table(String name, int rows) throws IOException {
        Random random = new Random(name.length());
        List<String> lines = new ArrayList<>(List.of("id,a,b,w,warm,wet,degrees,litres"));
        for (int i = 0; i < rows; i++) {
            double a = Math.round(1e4 * random.nextGaussian()) / 1e4;
            double b = Math.round(1e4 * random.nextGaussian()) / 1e4;
            lines.add(String.format(
                    Locale.ROOT,
                    "r%d,%.4f,%.4f,%d,%d,%s,%.2f,%.3f",
                    i,
                    a,
                    b,
                    random.nextInt(3),
                    a + b > 0 ? 1 : 0,
                    a - b > 0.5,
                    15 + 5 * a + b,
                    Math.exp(b / 2)));
        }
        return Files.write(directory.resolve(name + ".csv"), lines);
    }

    private FinishedModel train(String task, String data, String training) throws IOException {
        Path output = directory.resolve("model");
        Path config = Files.writeString(
                directory.resolve("c.yaml"),
                "name: small\ntask: " + task + "\nnetwork: [{ dense: 8, activation: tanh }]\n"
                        + "training: { epochs: 30, batch_size: 17, optimizer: { learning_rate: 0.02 }" + training
                        + " }\ndata: { train: " + table("train", 311) + ", test: " + table("exam", 83)
                        + ", features: [a, b], weight: w, " + data + " }\noutput: " + output + "\n");
        CapturedRun run = CapturedRun.of("train", config.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("2 labels");
        return new FinishedModel(output);
    }

    private List<Row> predictions(FinishedModel model, String format) {
        return model.predicted(directory.resolve("exam.csv"), directory.resolve("scored." + format))
                .collectAsList();
    }

    @Test
    void labelsThatAreThereOrNot() throws IOException {
        FinishedModel model =
                train("multilabel", "label: [warm, wet]", ", early_stopping: { metric: f1_macro, patience: 3 }");
        JsonNode test = model.testMetrics();
        assertThat(test.get("f1_micro").asDouble()).as("it learns").isGreaterThan(0.9);
        assertThat(test.get("labels").fieldNames()).toIterable().containsExactly("warm", "wet");
        model.requireTestMetricsOf(directory.resolve("exam.csv"), directory.resolve("evaluated.json"));
        LoadedModel loaded = model.loaded();
        assertThat(loaded.description().labels()).containsExactly("warm", "wet");
        for (String format : List.of("csv", "parquet", "json", "orc")) {
            List<Row> rows = predictions(model, format);
            assertThat(rows).hasSize(83);
            for (Row row : rows) {
                double[] expected = FinishedModel.outputs(loaded, row);
                double warm = row.<Number>getAs("probability_warm").doubleValue();
                double wet = row.<Number>getAs("probability_wet").doubleValue();
                // float32 logits of a small network
                assertThat(new double[] {warm, wet}).containsExactly(expected, within(1e-5));
                assertThat(row.<Number>getAs("prediction_warm").intValue()).isEqualTo(warm > 0.5 ? 1 : 0);
                assertThat(row.<Number>getAs("prediction_wet").intValue()).isEqualTo(wet > 0.5 ? 1 : 0);
            }
        }
    }

    @Test
    void severalNumbersAtOnce() throws IOException {
        FinishedModel model = train("regression", "label: [degrees, litres], target: standard", ", loss: huber");
        JsonNode test = model.testMetrics();
        assertThat(test.get("r2").asDouble()).as("it learns").isGreaterThan(0.9);
        assertThat(test.get("labels").get("litres").get("rmse").asDouble()).isPositive();
        model.requireTestMetricsOf(directory.resolve("exam.csv"), directory.resolve("evaluated.json"));
        LoadedModel loaded = model.loaded();
        for (Row row : predictions(model, "parquet")) {
            double[] t = FinishedModel.outputs(loaded, row);
            for (int k = 0; k < 2; k++) {
                double expected =
                        t[k] * loaded.description().target().deviations().get(k)
                                + loaded.description().target().means().get(k);
                // a float32 output of order 1, times σ
                assertThat(row.<Double>getAs(k == 0 ? "prediction_degrees" : "prediction_litres"))
                        .isCloseTo(expected, within(1e-4));
            }
        }
    }

    @Test
    void dataWithoutTheWeightColumnIsEvaluatedWithWeightsOfOne() throws IOException {
        FinishedModel model = train("regression", "label: [degrees, litres]", "");
        Path exam = directory.resolve("exam.csv");
        List<String> lines = Files.readAllLines(exam);
        Files.write(
                directory.resolve("even.csv"),
                lines.stream().map(line -> line.replaceFirst(",[0-9w],", ",")).toList());
        Files.write(
                directory.resolve("ones.csv"),
                lines.stream().map(line -> line.replaceFirst(",[0-9],", ",1,")).toList());
        List<JsonNode> found = new ArrayList<>();
        for (String name : List.of("even.csv", "ones.csv", "exam.csv")) {
            found.add(model.evaluated(directory.resolve(name), directory.resolve(name + ".json")));
        }
        double even = found.get(0).get("rmse").asDouble();
        // another key, and so another order of float64 sums
        assertThat(found.get(1).get("rmse").asDouble()).isCloseTo(even, within(1e-6 * even));
        assertThat(Math.abs(found.get(2).get("rmse").asDouble() - even)).isGreaterThan(1e-3 * even);
    }
}
