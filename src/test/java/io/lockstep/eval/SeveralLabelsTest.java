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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics of several labels as scikit-learn defines them, and of weighted examples, in plain loops. */
class SeveralLabelsTest {
    private static final int ROWS = 150;

    @TempDir
    Path directory;

    /** A set's metrics, with what a plain loop over the reference network's outputs finds. */
    @SuppressWarnings("ArrayRecordComponent") // a test's data, never compared
    private record Evaluated(
            Map<String, Object> metrics, double[][] outputs, double[][] targets, double[] weights, TrainingData data) {
        double metric(String name) {
            return ((Number) metrics.get(name)).doubleValue();
        }

        double ofLabel(String label, String name) {
            Map<?, ?> labels = (Map<?, ?>) metrics.get("labels");
            return ((Number) ((Map<?, ?>) labels.get(label)).get(name)).doubleValue();
        }

        boolean predicted(int example, int label) {
            return outputs[example][label] > 0.5;
        }

        boolean observed(int example, int label) {
            return targets[example][label] == 1;
        }
    }

    private Evaluated evaluate(String task, String dev) throws IOException {
        LockstepConfig config = ConfigReader.read(
                "network: [{ dense: 5, activation: tanh }]\ntask: " + task + ", train: " + write("train", rows(1))
                        + ", dev: " + dev + ", split: { train: 1 }, features: [a, b] }\n",
                "test.yaml",
                List.of());
        try (TrainingData data = TrainingData.prepare(TestSpark.session(), config)) {
            NetworkSpec network =
                    Networks.of(config, data.features().width(), data.classes().size());
            float[] theta = network.initialize(config.initializer(), 12);
            Map<String, Object> metrics = new Evaluator(
                            network,
                            data.preparation().target(),
                            data.classes(),
                            config.data().labels())
                    .evaluate(
                            data.set(DataRole.DEV).normalized(2, data.evaluation()),
                            data.set(DataRole.DEV).examples(),
                            theta)
                    .json();
            Examples examples = Examples.of(
                    data.set(DataRole.DEV).normalized(1, data.evaluation()),
                    data.features().width(),
                    network.loss().targets(network.outputs()));
            double[] wide = new double[theta.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = theta[i];
            }
            ReferenceNetwork reference = new ReferenceNetwork(network);
            double[][] outputs = new double[examples.size()][];
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = reference.outputs(wide, examples.x(i), 1);
            }
            return new Evaluated(metrics, outputs, examples.y(), examples.weights(), data);
        }
    }

    /** Two features, a class of three and one of two, two prices, three labels, and a weight of 0 to 3. */
    private static List<String> rows(long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            double a = random.nextGaussian();
            lines.add(String.format(
                    Locale.ROOT,
                    "%.5f,%.5f,%s,%s,%.3f,%.4f,%d,%d,%d,%d",
                    a,
                    random.nextGaussian(),
                    "xyz".charAt(i % 3),
                    i % 5 < 2 ? "no" : "yes",
                    Math.exp(1 + a / 2),
                    100 + 7 * random.nextGaussian(),
                    random.nextInt(2),
                    random.nextInt(10) < 2 ? 1 : 0,
                    a > 0.5 ? 1 : 0,
                    random.nextInt(4)));
        }
        return lines;
    }

    private Path write(String name, List<String> rows) throws IOException {
        List<String> lines = new ArrayList<>(List.of("a,b,kind,two,price,size,p,q,r,w"));
        lines.addAll(rows);
        return Files.write(directory.resolve(name + ".csv"), lines);
    }

    @Test
    void multilabelMetricsAreThoseOfTheDefinitions() throws IOException {
        Evaluated found = evaluate(
                "multilabel\ndata: { label: [p, q, r], weight: w",
                write("dev", rows(2)).toString());
        double weight = 0;
        double exact = 0;
        double wrong = 0;
        double[][] counts = new double[3][3];
        for (int i = 0; i < found.weights().length; i++) {
            double w = found.weights()[i];
            weight += w;
            boolean all = true;
            for (int k = 0; k < 3; k++) {
                boolean predicted = found.predicted(i, k);
                boolean observed = found.observed(i, k);
                counts[k][0] += predicted && observed ? w : 0;
                counts[k][1] += predicted && !observed ? w : 0;
                counts[k][2] += !predicted && observed ? w : 0;
                wrong += predicted == observed ? 0 : w;
                all &= predicted == observed;
            }
            exact += all ? w : 0;
        }
        double macro = 0;
        double[] micro = new double[3];
        String[] names = {"p", "q", "r"};
        for (int k = 0; k < 3; k++) {
            double precision = ratio(counts[k][0], counts[k][0] + counts[k][1]);
            double recall = ratio(counts[k][0], counts[k][0] + counts[k][2]);
            macro += ratio(2 * precision * recall, precision + recall) / 3;
            // twelve digits are written
            assertThat(found.ofLabel(names[k], "precision")).isCloseTo(precision, within(1e-11));
            assertThat(found.ofLabel(names[k], "recall")).isCloseTo(recall, within(1e-11));
            for (int c = 0; c < 3; c++) {
                micro[c] += counts[k][c];
            }
        }
        assertThat(found.metric("accuracy")).isCloseTo(exact / weight, within(1e-11));
        assertThat(found.metric("hamming_loss")).isCloseTo(wrong / (3 * weight), within(1e-11));
        assertThat(found.metric("f1_macro")).isCloseTo(macro, within(1e-11));
        assertThat(found.metric("f1_micro"))
                .isCloseTo(2 * micro[0] / (2 * micro[0] + micro[1] + micro[2]), within(1e-11));
        assertThat(found.metrics().get("examples")).isEqualTo((long) ROWS);
        assertThat(exact).as("a test that means something").isGreaterThan(0).isLessThan(weight);
    }

    /** 0 for 0/0, as scikit-learn has it by default. */
    private static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    @Test
    void aLabelThatIsNeitherPredictedNorObservedHasAnF1OfZero() throws IOException {
        List<String> none = rows(3).stream()
                .map(row -> row.replaceAll("(\\d,\\d,\\d),(\\d)$", "0,0,0,$2"))
                .toList();
        Evaluated found = evaluate(
                "multilabel\ndata: { label: [p, q, r]", write("dev", none).toString());
        assertThat(found.metric("f1_micro")).isZero();
        assertThat(found.metric("f1_macro")).isZero();
        assertThat(found.ofLabel("p", "recall")).isZero();
    }

    @Test
    void regressionsOfSeveralOutputsAreJudgedByLabelAndOnAverage() throws IOException {
        Evaluated found = evaluate(
                "regression\ndata: { label: [size, price], weight: w, target: log",
                write("dev", rows(2)).toString());
        double[] rmse = new double[2];
        double[] mae = new double[2];
        double[] r2 = new double[2];
        for (int k = 0; k < 2; k++) {
            double weight = 0;
            double mean = 0;
            double squares = 0;
            double absolutes = 0;
            double total = 0;
            for (int i = 0; i < found.weights().length; i++) {
                double w = found.weights()[i];
                weight += w;
                mean += w * restore(found, k, found.targets()[i][k]);
                double error = restore(found, k, found.outputs()[i][k]) - restore(found, k, found.targets()[i][k]);
                squares += w * error * error;
                absolutes += w * Math.abs(error);
            }
            for (int i = 0; i < found.weights().length; i++) {
                double distance = restore(found, k, found.targets()[i][k]) - mean / weight;
                total += found.weights()[i] * distance * distance;
            }
            rmse[k] = Math.sqrt(squares / weight);
            mae[k] = absolutes / weight;
            r2[k] = 1 - squares / total;
            String label = k == 0 ? "size" : "price";
            // predictions and targets are float32
            assertThat(found.ofLabel(label, "rmse")).isCloseTo(rmse[k], within(1e-5 * rmse[k]));
            assertThat(found.ofLabel(label, "mae")).isCloseTo(mae[k], within(1e-5 * mae[k]));
            assertThat(found.ofLabel(label, "r2")).isCloseTo(r2[k], within(1e-5 * Math.abs(r2[k])));
        }
        assertThat(found.metric("rmse")).isCloseTo((rmse[0] + rmse[1]) / 2, within(1e-5 * (rmse[0] + rmse[1])));
        assertThat(found.metric("mae")).isCloseTo((mae[0] + mae[1]) / 2, within(1e-5 * (mae[0] + mae[1])));
        assertThat(found.metric("r2")).isCloseTo((r2[0] + r2[1]) / 2, within(1e-4 * (1 + Math.abs(r2[0] + r2[1]))));
    }

    private static double restore(Evaluated found, int k, double t) {
        double deviation = found.data().preparation().target().deviations().get(k);
        return Math.exp(
                t * deviation + found.data().preparation().target().means().get(k));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "classification\ndata: { label: kind",
                "classification\ndata: { label: two",
                "regression\ndata: { label: price, target: log",
                "regression\ndata: { label: [price, size], target: standard",
                "multilabel\ndata: { label: [p, q, r]"
            })
    void anExampleOfWeightThreeCountsAsThreeExamples(String task) throws IOException {
        List<String> rows = rows(4);
        List<String> repeated = new ArrayList<>();
        for (String row : rows) {
            int times = row.charAt(row.length() - 1) - '0';
            for (int i = 0; i < times; i++) {
                repeated.add(row);
            }
        }
        Evaluated weighted = evaluate(task + ", weight: w", write("dev", rows).toString());
        Evaluated expected = evaluate(task, write("repeated", repeated).toString());
        assertThat(weighted.metrics().keySet()).isEqualTo(expected.metrics().keySet());
        int compared = 0;
        for (String name : weighted.metrics().keySet()) {
            if (weighted.metrics().get(name) instanceof Double value) {
                // sums of 225 float32 predictions in another order
                assertThat(value).as(name).isCloseTo(expected.metric(name), within(1e-6 * (1 + Math.abs(value))));
                compared++;
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(4);
        Evaluated plain = evaluate(task, write("dev", rows).toString());
        assertThat(plain.metric("loss")).as("weights matter").isNotEqualTo(weighted.metric("loss"));
    }
}
