package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.testing.Examples;
import io.lockstep.testing.TestSpark;
import io.lockstep.train.Networks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
    @TempDir
    Path directory;

    /** A set, its metrics, and what a plain loop over the reference network's outputs finds. */
    @SuppressWarnings("ArrayRecordComponent") // a test's data, never compared
    private record Evaluated(Map<String, Object> metrics, List<double[]> outputs, double[] targets) {
        double metric(String name) {
            return ((Number) metrics.get(name)).doubleValue();
        }

        int predicted(int example) {
            double[] a = outputs.get(example);
            if (a.length == 1) {
                return a[0] > 0.5 ? 1 : 0;
            }
            int best = 0;
            for (int k = 1; k < a.length; k++) {
                best = a[k] > a[best] ? k : best;
            }
            return best;
        }
    }

    private Evaluated evaluate(String yaml) {
        LockstepConfig config = ConfigReader.read(yaml, "test.yaml", List.of());
        try (TrainingData data = TrainingData.prepare(TestSpark.session(), config)) {
            int width = data.features().width();
            NetworkSpec network = Networks.of(config, width, data.classes().size());
            float[] theta = network.initialize(config.initializer(), 12);
            Map<String, Object> metrics = new Evaluator(
                            network,
                            data.preparation().target(),
                            data.classes(),
                            config.data().labels())
                    .evaluate(
                            data.set(DataRole.DEV).normalized(2, data.preparation()),
                            data.set(DataRole.DEV).examples(),
                            theta)
                    .json();
            Examples examples = Examples.of(data.set(DataRole.DEV).normalized(1, data.preparation()), width);
            double[] wide = new double[theta.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = theta[i];
            }
            ReferenceNetwork reference = new ReferenceNetwork(network);
            List<double[]> outputs = new ArrayList<>();
            double[] targets = new double[examples.size()];
            for (int i = 0; i < examples.size(); i++) {
                outputs.add(reference.outputs(wide, examples.x(i), 1));
                targets[i] = examples.y(i)[0];
            }
            return new Evaluated(metrics, outputs, targets);
        }
    }

    /** Two numbers, one of five values, a class and a price. */
    private Path table(String name, int rows, String classes) throws IOException {
        Random random = new Random(name.length());
        List<String> lines = new ArrayList<>();
        lines.add("a,b,few,kind,price");
        for (int i = 0; i < rows; i++) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%.5f,%.5f,%d,%s,%.2f",
                    random.nextGaussian(),
                    random.nextGaussian(),
                    random.nextInt(5),
                    classes.charAt(i % classes.length()),
                    Math.exp(3 + random.nextGaussian())));
        }
        return Files.write(directory.resolve(name + ".csv"), lines);
    }

    @Test
    void aConfusionMatrixHasRowsAndColumnsForClassesThatTheSetLacks() throws IOException {
        Evaluated evaluated = evaluate("task: classification\nnetwork: [{ dense: 7, activation: tanh }]\n"
                + "data: { train: " + table("train", 120, "wxyz") + ", dev: " + table("dev", 90, "wwz")
                + ", label: kind, features: [a, b] }\n");
        long[][] expected = new long[4][4];
        int right = 0;
        for (int i = 0; i < 90; i++) {
            int observed = (int) evaluated.targets()[i];
            expected[observed][evaluated.predicted(i)]++;
            right += observed == evaluated.predicted(i) ? 1 : 0;
        }
        assertThat(expected[0][1] + expected[0][2] + expected[3][1] + expected[3][2])
                .as("classes are predicted that never occur")
                .isPositive();
        List<List<Long>> rows = new ArrayList<>();
        for (long[] row : expected) {
            rows.add(java.util.Arrays.stream(row).boxed().toList());
        }
        assertThat(evaluated.metrics().get("confusion")).isEqualTo(rows);
        assertThat(evaluated.metrics().get("examples")).isEqualTo(90L);
        // twelve digits are kept
        assertThat(evaluated.metric("accuracy")).isCloseTo(right / 90.0, within(1e-11));
        assertThat(evaluated.metric("error")).isCloseTo(1 - right / 90.0, within(1e-11));
        assertThat(evaluated.metrics()).doesNotContainKey("auc");
        checkWeighted(evaluated, expected);
    }

    /** Precision, recall and F1 of each class that occurs, weighted by how often it does. */
    private static void checkWeighted(Evaluated evaluated, long[][] confusion) {
        double precision = 0;
        double recall = 0;
        double f1 = 0;
        for (int k = 0; k < confusion.length; k++) {
            double observed = 0;
            double predicted = 0;
            for (int other = 0; other < confusion.length; other++) {
                observed += confusion[k][other];
                predicted += confusion[other][k];
            }
            double hit = confusion[k][k];
            double p = predicted == 0 ? 0 : hit / predicted;
            double r = observed == 0 ? 0 : hit / observed;
            precision += observed / 90 * p;
            recall += observed / 90 * r;
            f1 += observed / 90 * (p + r == 0 ? 0 : 2 * p * r / (p + r));
        }
        assertThat(evaluated.metric("precision")).isCloseTo(precision, within(1e-11));
        assertThat(evaluated.metric("recall")).isCloseTo(recall, within(1e-11));
        assertThat(evaluated.metric("f1")).isCloseTo(f1, within(1e-11));
    }

    @Test
    void theAreaUnderTheCurveCountsPairsAndHalfTheTies() throws IOException {
        // a feature of five values and no hidden layer: five scores, most pairs tie
        Evaluated evaluated = evaluate("task: classification\ndata: { train: " + table("train", 60, "xy") + ", dev: "
                + table("dev", 101, "xyy") + ", label: kind, features: [few] }\n");
        double won = 0;
        long pairs = 0;
        for (int i = 0; i < 101; i++) {
            for (int j = 0; j < 101; j++) {
                if (evaluated.targets()[i] == 1 && evaluated.targets()[j] == 0) {
                    pairs++;
                    won += 0.5
                            + 0.5
                                    * Math.signum(evaluated.outputs().get(i)[0]
                                            - evaluated.outputs().get(j)[0]);
                }
            }
        }
        assertThat(evaluated.metric("auc")).isCloseTo(won / pairs, within(1e-11));
    }

    @Test
    void aMetricThatTheSetDoesNotDefineIsLeftOut() throws IOException {
        Evaluated one = evaluate("task: classification\ndata: { train: " + table("train", 60, "xy") + ", dev: "
                + table("dev", 20, "x") + ", label: kind, features: [a, b] }\n");
        assertThat(one.metrics()).containsKeys("loss", "accuracy").doesNotContainKey("auc");
        Path same = Files.write(directory.resolve("same.csv"), List.of("a,b,price", "1,2,5", "2,1,5", "0,1,5"));
        Evaluated constant = evaluate("task: regression\ndata: { train: " + table("train", 60, "xy") + ", dev: " + same
                + ", label: price, features: [a, b] }\n");
        assertThat(constant.metrics()).containsKeys("rmse", "mae").doesNotContainKey("r2");
    }

    @Test
    void anEvaluationHasTheSameBitsOnAnyNumberOfTasks() throws IOException {
        for (String label : List.of("kind", "price, target: log")) {
            LockstepConfig config = ConfigReader.read(
                    "task: " + (label.equals("kind") ? "classification" : "regression") + "\ndata: { train: "
                            + table("train", 60, "xy") + ", dev: " + table("dev", 5000, "xyy")
                            + ", split: { train: 1 }, label: " + label + ", features: [a, b] }\n",
                    "test.yaml",
                    List.of());
            try (TrainingData data = TrainingData.prepare(TestSpark.session(), config)) {
                assertThat(data.set(DataRole.DEV).shards()).isEqualTo(4);
                NetworkSpec network = Networks.of(
                        config, data.features().width(), data.classes().size());
                Evaluator evaluator = new Evaluator(
                        network,
                        data.preparation().target(),
                        data.classes(),
                        config.data().labels());
                List<Map<String, Object>> found = new ArrayList<>();
                for (int tasks : new int[] {1, 2, 4}) {
                    found.add(evaluator
                            .evaluate(
                                    data.set(DataRole.DEV).normalized(tasks, data.preparation()),
                                    5000,
                                    network.initialize(config.initializer(), 12))
                            .json());
                }
                assertThat(found.get(0)).containsKeys("loss", "intervals");
                assertThat(found).containsOnly(found.get(0));
            }
        }
    }

    @Test
    void nothingStaysInSparksStore() throws IOException {
        int before = TestSpark.context().getPersistentRDDs().size();
        evaluate("task: classification\ndata: { train: " + table("train", 60, "xy") + ", dev: "
                + table("dev", 40, "xyy") + ", label: kind, features: [few] }\n");
        assertThat(TestSpark.context().getPersistentRDDs()).hasSize(before);
    }

    @Test
    void aRegressionIsJudgedInTheTargetsOwnUnits() throws IOException {
        for (String target : List.of("none", "standard", "log")) {
            Path dev = table("dev", 77, "x");
            Evaluated evaluated = evaluate("task: regression\nnetwork: [{ dense: 5, activation: tanh }]\n"
                    + "data: { train: " + table("train", 120, "x") + ", dev: " + dev
                    + ", label: price, features: [a, b], split: { train: 1 }, target: " + target + " }\n");
            // the transform again, from the file: population standard deviation
            double[] train = prices(directory.resolve("train.csv"), target);
            double mean = java.util.Arrays.stream(train).average().orElseThrow();
            double deviation = Math.sqrt(java.util.Arrays.stream(train)
                    .map(y -> (y - mean) * (y - mean))
                    .average()
                    .orElseThrow());
            double[] observed = evaluated.targets().clone();
            double[] predicted = new double[observed.length];
            for (int i = 0; i < observed.length; i++) {
                predicted[i] = restore(evaluated.outputs().get(i)[0], target, mean, deviation);
                observed[i] = restore(observed[i], target, mean, deviation);
            }
            double average = java.util.Arrays.stream(observed).average().orElseThrow();
            double squared = 0;
            double absolute = 0;
            double total = 0;
            for (int i = 0; i < observed.length; i++) {
                squared += Math.pow(predicted[i] - observed[i], 2);
                absolute += Math.abs(predicted[i] - observed[i]);
                total += Math.pow(observed[i] - average, 2);
            }
            // predictions and targets are float32
            double rmse = Math.sqrt(squared / 77);
            assertThat(evaluated.metric("rmse")).as(target).isCloseTo(rmse, within(1e-5 * rmse));
            assertThat(evaluated.metric("mae")).as(target).isCloseTo(absolute / 77, within(1e-5 * rmse));
            assertThat(evaluated.metric("r2")).as(target).isCloseTo(1 - squared / total, within(1e-5));
        }
    }

    private static double[] prices(Path file, String target) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1)))
                .map(y -> target.equals("log") ? Math.log(y) : y)
                .toArray();
    }

    private static double restore(double t, String target, double mean, double deviation) {
        return switch (target) {
            case "none" -> t;
            case "standard" -> t * deviation + mean;
            default -> Math.exp(t * deviation + mean);
        };
    }
}
