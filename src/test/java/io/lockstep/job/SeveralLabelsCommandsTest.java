package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelIo;
import io.lockstep.nn.ReferenceNetwork;
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

    private Path train(String task, String data, String training) throws IOException {
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
        return output;
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private void evaluationIsThatOfTheTraining(Path model) throws IOException {
        Path out = directory.resolve("evaluated.json");
        assertThat(Lockstep.run(
                        "evaluate",
                        model.toString(),
                        "--data",
                        directory.resolve("exam.csv").toString(),
                        "--out",
                        out.toString()))
                .isZero();
        JsonNode expected = json(model.resolve("metrics.json")).get("test");
        JsonNode found = json(out).get("metrics");
        assertThat(found.fieldNames()).toIterable().containsExactlyElementsOf(expected::fieldNames);
        for (var metric : expected.properties()) {
            if (metric.getValue().isNumber()) {
                double value = metric.getValue().asDouble();
                // the rows come in another order, which may move the last bit of a float32 prediction
                assertThat(found.get(metric.getKey()).asDouble())
                        .as(metric.getKey())
                        .isCloseTo(value, within(1e-6 * Math.max(1e-3, Math.abs(value))));
            }
        }
    }

    private List<Row> predict(Path model, String format) {
        Path out = directory.resolve("scored." + format);
        assertThat(Lockstep.run(
                        "predict",
                        model.toString(),
                        "--data",
                        directory.resolve("exam.csv").toString(),
                        "--out",
                        out.toString()))
                .isZero();
        return TestSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .format(format)
                .load(out.toString())
                .collectAsList();
    }

    /** One row through the reference network, normalized here by the model's μ and σ. */
    private static double[] outputs(LoadedModel model, Row row) {
        double[] means = model.description().normalization().means();
        double[] deviations = model.description().normalization().deviations();
        double[] x = {row.<Double>getAs("a"), row.<Double>getAs("b")};
        for (int i = 0; i < x.length; i++) {
            x[i] = (x[i] - means[i]) / deviations[i];
        }
        double[] theta = new double[model.theta().length];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = model.theta()[i];
        }
        return new ReferenceNetwork(model.description().network()).outputs(theta, x, 1);
    }

    private static LoadedModel load(Path model) {
        return ModelIo.read(model.toString(), TestSpark.session().sparkContext().hadoopConfiguration());
    }

    @Test
    void labelsThatAreThereOrNot() throws IOException {
        Path model = train("multilabel", "label: [warm, wet]", ", early_stopping: { metric: f1_macro, patience: 3 }");
        JsonNode test = json(model.resolve("metrics.json")).get("test");
        assertThat(test.get("f1_micro").asDouble()).as("it learns").isGreaterThan(0.9);
        assertThat(test.get("labels").fieldNames()).toIterable().containsExactly("warm", "wet");
        evaluationIsThatOfTheTraining(model);
        LoadedModel loaded = load(model);
        assertThat(loaded.description().labels()).containsExactly("warm", "wet");
        for (String format : List.of("csv", "parquet", "json", "orc")) {
            List<Row> rows = predict(model, format);
            assertThat(rows).hasSize(83);
            for (Row row : rows) {
                double[] expected = outputs(loaded, row);
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
        Path model = train("regression", "label: [degrees, litres], target: standard", ", loss: huber");
        JsonNode metrics = json(model.resolve("metrics.json"));
        assertThat(metrics.get("test").get("r2").asDouble()).as("it learns").isGreaterThan(0.9);
        assertThat(metrics.get("test").get("labels").get("litres").get("rmse").asDouble())
                .isPositive();
        evaluationIsThatOfTheTraining(model);
        LoadedModel loaded = load(model);
        for (Row row : predict(model, "parquet")) {
            double[] t = outputs(loaded, row);
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
        Path model = train("regression", "label: [degrees, litres]", "");
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
            Path out = directory.resolve(name + ".json");
            assertThat(Lockstep.run(
                            "evaluate",
                            model.toString(),
                            "--data",
                            directory.resolve(name).toString(),
                            "--out",
                            out.toString()))
                    .isZero();
            found.add(json(out).get("metrics"));
        }
        double even = found.get(0).get("rmse").asDouble();
        // another key, and so another order of float64 sums
        assertThat(found.get(1).get("rmse").asDouble()).isCloseTo(even, within(1e-6 * even));
        assertThat(Math.abs(found.get(2).get("rmse").asDouble() - even)).isGreaterThan(1e-3 * even);
    }
}
