package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.testing.Examples;
import io.lockstep.testing.PlainOptimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings with batch normalization against plain training in float64, slice by slice of the mini-batches. */
class BatchNormTrainingTest {
    private static final double MOMENTUM = 0.8;

    @TempDir
    Path directory;

    @Test
    void lossesAndRunningAveragesAreThoseOfPlainTraining() {
        LockstepConfig config = config("training.batch_size=90", "shards=4");
        try (TrainingData data = Trainings.data(config)) {
            Trainings.Run run = Trainings.train(config, data, 2);
            Plain plain = plain(config, data);
            assertThat(run.losses()).hasSameSizeAs(plain.losses());
            for (int step = 0; step < plain.losses().size(); step++) {
                double expected = plain.losses().get(step);
                // float32 gradients err by 10⁻⁶ relative and less; some 30 steps on a smooth loss add up
                assertThat(run.losses().get(step)).as("step %d", step).isCloseTo(expected, within(1e-4 * expected));
            }
            int averages = 0;
            for (ParameterBlock block : plain.network().parameters()) {
                for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                    assertThat((double) run.result().theta()[i])
                            .as(block.tensorName())
                            .isCloseTo(plain.theta()[i], within(2e-4));
                    averages += block.name().startsWith("running_") ? 1 : 0;
                }
            }
            assertThat(averages).isEqualTo(2 * 8 + 2 * 6);
        }
    }

    @Test
    void slicesOfOneExampleAreRefused() {
        LockstepConfig config = config("training.batch_size=7", "shards=4");
        assertThatThrownBy(() -> Trainings.train(config))
                .isInstanceOf(ConfigException.class)
                .hasMessage("training.batch_size: mini-batches of 7 examples on 4 shards have slices of fewer than 2,"
                        + " whose variance batch normalization cannot take. Batches of 8 or more, fewer shards, or no"
                        + " batch_norm.");
    }

    private LockstepConfig config(String... settings) {
        Path folder = Trainings.write(directory.resolve("table"), Trainings.table(400, 3), 1, 1);
        return Trainings.config(
                "task: classification\ndata: { train: " + folder + ", format: csv, label: kind, split: { train: 1 } }\n"
                        + """
                        network:
                          - { dense: 8, activation: tanh, batch_norm: { momentum: 0.8 } }
                          - { dense: 6, activation: sigmoid, batch_norm: { placement: after, momentum: 0.8 } }
                        training:
                          epochs: 6
                          optimizer: { name: momentum, learning_rate: 0.5 }
                          early_stopping: null
                          seed: 5
                        """,
                settings);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Plain(NetworkSpec network, List<Double> losses, double[] theta) {}

    private static Plain plain(LockstepConfig config, TrainingData data) {
        NetworkSpec network =
                Networks.of(config, data.features().width(), data.classes().size());
        Examples examples = Examples.of(
                data.set(DataRole.TRAIN).normalized(1, data.preparation()),
                data.features().width());
        ReferenceNetwork reference = new ReferenceNetwork(network);
        float[] start =
                network.initialize(config.initializer(), config.training().seed());
        double[] theta = new double[start.length];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = start[i];
        }
        PlainOptimizer optimizer = new PlainOptimizer(config.training().optimizer(), theta.length, new BitSet());
        int n = examples.size();
        int batch = (int) config.training().batchSize().rows(n);
        List<Double> losses = new ArrayList<>();
        for (int epoch = 1; epoch <= config.training().epochs(); epoch++) {
            List<List<Integer>> slices = shards(examples, config.training().seed(), epoch);
            int[] taken = new int[slices.size()];
            for (int from = 0; from < n; from += batch) {
                int count = Math.min(n, from + batch) - from;
                double[] gradient = new double[theta.length];
                double loss = 0;
                for (int shard = 0; shard < slices.size(); shard++) {
                    int end = taken(from + count, shard, slices.size());
                    List<Integer> rows = slices.get(shard).subList(taken[shard], end);
                    taken[shard] = end;
                    loss += reference.addGradient(theta, x(examples, rows), y(examples, rows), rows.size(), gradient);
                }
                losses.add(loss / count);
                step(network, theta, gradient, count, optimizer, config);
            }
        }
        return new Plain(network, losses, theta);
    }

    /** Mean gradients go to the optimizer, mean statistics into the averages. */
    private static void step(
            NetworkSpec network,
            double[] theta,
            double[] gradient,
            int count,
            PlainOptimizer optimizer,
            LockstepConfig config) {
        double[] before = theta.clone();
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= count;
        }
        optimizer.step(theta, gradient, config.training().optimizer().learningRate());
        for (ParameterBlock block : network.parameters()) {
            if (block.name().startsWith("running_")) {
                for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                    theta[i] = MOMENTUM * before[i] + (1 - MOMENTUM) * gradient[i];
                }
            }
        }
    }

    /** Of the first q examples of an epoch, those of a shard: they take turns. */
    private static int taken(int q, int shard, int shards) {
        int count = 0;
        for (int i = 0; i < q; i++) {
            count += i % shards == shard ? 1 : 0;
        }
        return count;
    }

    /** Each shard's rows in the order that the seed, the epoch and its number decide. */
    private static List<List<Integer>> shards(Examples examples, long seed, int epoch) {
        List<List<Integer>> shards = new ArrayList<>();
        for (int shard = 0; shard + 1 < examples.starts().size(); shard++) {
            int start = examples.starts().get(shard);
            List<Integer> rows = new ArrayList<>();
            for (int row : RandomStream.of(seed, Purpose.PERMUTATION, epoch, 0, shard, 0)
                    .permutation(examples.starts().get(shard + 1) - start)) {
                rows.add(start + row);
            }
            shards.add(rows);
        }
        return shards;
    }

    private static double[] x(Examples examples, List<Integer> rows) {
        return rows.stream()
                .flatMapToDouble(row -> Arrays.stream(examples.x(row)))
                .toArray();
    }

    private static double[] y(Examples examples, List<Integer> rows) {
        return rows.stream()
                .flatMapToDouble(row -> Arrays.stream(examples.y(row)))
                .toArray();
    }
}
