package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.testing.Examples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetScorerTest {
    @TempDir
    Path directory;

    private LockstepConfig config(String task, String data) {
        Path folder = Trainings.write(directory.resolve("t"), Trainings.table(507, 9), 1, 1);
        return Trainings.config("task: " + task + "\nshards: 8\nnetwork: [{ dense: 6, activation: tanh }]\n"
                + "data: { train: " + folder + ", format: csv, " + data + " }\n");
    }

    private static Score score(LockstepConfig config, TrainingData data, NetworkSpec network, int tasks) {
        float[] theta = network.initialize(config.initializer(), 3);
        return new SetScorer(
                        data.set(DataRole.TRAIN).normalized(tasks, data.preparation()),
                        network,
                        data.preparation().target())
                .score(theta);
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    @Test
    void aScoreHasTheSameBitsForAnyNumberOfTasks() {
        for (LockstepConfig config :
                List.of(config("classification", "label: kind"), config("regression", "label: price, target: log"))) {
            try (TrainingData data = Trainings.data(config)) {
                NetworkSpec network = network(config, data);
                Score expected = score(config, data, network, 1);
                for (int tasks : new int[] {2, 3, 5, 8, 20}) {
                    assertThat(score(config, data, network, tasks)).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void accuracyAndLossAreThoseOfTheReferenceNetwork() {
        LockstepConfig config = config("classification", "label: kind");
        try (TrainingData data = Trainings.data(config)) {
            NetworkSpec network = network(config, data);
            double[] theta = wide(network.initialize(config.initializer(), 3));
            ReferenceNetwork reference = new ReferenceNetwork(network);
            Examples examples = examples(data);
            double loss = 0;
            int right = 0;
            for (int i = 0; i < examples.size(); i++) {
                loss += reference.lossSum(theta, examples.x(i), examples.y(i), 1);
                double[] a = reference.outputs(theta, examples.x(i), 1);
                int best = 0;
                for (int k = 1; k < a.length; k++) {
                    best = a[k] > a[best] ? k : best;
                }
                right += best == (int) examples.y(i)[0] ? 1 : 0;
            }
            Score score = score(config, data, network, 2);
            assertThat(score.examples()).isEqualTo(examples.size());
            // logits in float32
            assertThat(score.value(EvaluationMetric.LOSS)).isCloseTo(loss / examples.size(), within(1e-6));
            assertThat(score.value(EvaluationMetric.ACCURACY)).isEqualTo((double) right / examples.size());
        }
    }

    @Test
    void theMetricsOfARegressionAreInTheTargetsOwnUnits() {
        for (String target : List.of("none", "standard", "log")) {
            LockstepConfig config = config("regression", "label: price, target: " + target);
            try (TrainingData data = Trainings.data(config)) {
                NetworkSpec network = network(config, data);
                double[] theta = wide(network.initialize(config.initializer(), 3));
                ReferenceNetwork reference = new ReferenceNetwork(network);
                Examples examples = examples(data);
                double mean = data.preparation().target().mean(0);
                double deviation = data.preparation().target().deviation(0);
                List<double[]> pairs = new ArrayList<>();
                double average = 0;
                for (int i = 0; i < examples.size(); i++) {
                    double predicted = reference.outputs(theta, examples.x(i), 1)[0] * deviation + mean;
                    double observed = examples.y(i)[0] * deviation + mean;
                    boolean log = target.equals("log");
                    pairs.add(
                            new double[] {log ? Math.exp(predicted) : predicted, log ? Math.exp(observed) : observed});
                    average += pairs.get(i)[1] / examples.size();
                }
                double squared = 0;
                double absolute = 0;
                double total = 0;
                for (double[] pair : pairs) {
                    squared += Math.pow(pair[0] - pair[1], 2);
                    absolute += Math.abs(pair[0] - pair[1]);
                    total += Math.pow(pair[1] - average, 2);
                }
                Score score = score(config, data, network, 3);
                int n = examples.size();
                // predictions in float32
                close(score, EvaluationMetric.RMSE, Math.sqrt(squared / n));
                close(score, EvaluationMetric.MAE, absolute / n);
                close(score, EvaluationMetric.R2, 1 - squared / total);
            }
        }
    }

    private static void close(Score score, EvaluationMetric metric, double expected) {
        assertThat(score.value(metric)).as("%s", metric).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
    }

    private static NetworkSpec network(LockstepConfig config, TrainingData data) {
        return Networks.of(config, data.features().width(), data.classes().size());
    }

    private static Examples examples(TrainingData data) {
        return Examples.of(
                data.set(DataRole.TRAIN).normalized(1, data.preparation()),
                data.features().width());
    }
}
