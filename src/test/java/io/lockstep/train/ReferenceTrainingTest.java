package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.testing.Examples;
import io.lockstep.testing.PlainOptimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Distributed training against plain single-threaded training in float64, on real tables. */
class ReferenceTrainingTest {
    private static final int STEPS = 20;

    private static final String FRAME = """
            network: [{ dense: 16, activation: tanh }, { dense: 12, activation: relu }]
            shards: 1
            training: { epochs: 4, batch_size: 220, early_stopping: null, seed: 7 }
            """;

    private enum Table {
        DIGITS(FRAME + "task: classification\ndata: { train: sample-data/digits.csv, label: digit }\n"),
        CANCER(FRAME.replace("220", "83")
                + "task: classification\ndata: { train: sample-data/breast_cancer.csv, label: diagnosis }\n"),
        HOUSES(FRAME + "task: regression\ndata: { train: HOUSES, label: price, target: log }\n");

        private final String yaml;

        Table(String yaml) {
            this.yaml = yaml;
        }
    }

    private static final Map<Table, TrainingData> DATA = new EnumMap<>(Table.class);

    @TempDir
    static Path directory;

    @BeforeAll
    static void prepare() {
        Trainings.head(Path.of("sample-data/houses.csv"), 1501, directory.resolve("houses.csv"));
        for (Table table : Table.values()) {
            DATA.put(table, Trainings.data(config(table)));
        }
    }

    @AfterAll
    static void release() {
        DATA.values().forEach(TrainingData::close);
    }

    private static LockstepConfig config(Table table, String... overrides) {
        return Trainings.config(
                table.yaml.replace("HOUSES", directory.resolve("houses.csv").toString()), overrides);
    }

    record Case(Table table, String optimizer) {}

    static Stream<Case> cases() {
        return Stream.of(Table.values()).flatMap(table -> Stream.of(
                        "{ name: sgd, learning_rate: 0.1 }",
                        "{ name: momentum, learning_rate: 0.2, beta: 0.9 }",
                        "{ name: nesterov, learning_rate: 0.2, beta: 0.8 }",
                        "{ name: rmsprop, learning_rate: 0.002, beta: 0.9 }",
                        "{ name: adam, learning_rate: 0.005 }",
                        "{ name: adamw, learning_rate: 0.005, weight_decay: 0.1 }")
                .map(optimizer -> new Case(table, optimizer)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLossesOfTwentyStepsAreThoseOfPlainTraining(Case one) {
        LockstepConfig config = config(one.table(), "training.optimizer=" + one.optimizer());
        check(config, DATA.get(one.table()), position -> 1);
    }

    @Test
    void alsoWithRegularizationAndClipping() {
        for (String penalty :
                List.of("training.l2=20", "training.l1=3", "training.clip_norm=0.3", "training.clip_value=0.01")) {
            LockstepConfig config =
                    config(Table.DIGITS, "training.optimizer={ name: adam, learning_rate: 0.005 }", penalty);
            check(config, DATA.get(Table.DIGITS), position -> 1);
        }
        LockstepConfig all = config(
                Table.HOUSES,
                "training.optimizer={ name: momentum, learning_rate: 0.2 }",
                "training.l2=20",
                "training.l1=3",
                "training.clip_norm=0.1",
                "training.clip_value=0.03");
        check(all, DATA.get(Table.HOUSES), position -> 1);
    }

    @Test
    void alsoWithHubersLoss() {
        for (String delta : List.of("1", "0.2")) {
            LockstepConfig config = config(
                    Table.HOUSES,
                    "training.optimizer={ name: momentum, learning_rate: 0.2 }",
                    "training.loss={ name: huber, delta: " + delta + " }");
            check(config, DATA.get(Table.HOUSES), position -> 1);
        }
    }

    @Test
    void alsoWithAScheduleAndWarmUp() {
        LockstepConfig config = config(
                Table.DIGITS,
                "training.optimizer={ name: sgd, learning_rate: 0.3 }",
                "training.schedule={ name: exponential, base: 0.5, warmup_epochs: 1.5 }");
        check(
                config,
                DATA.get(Table.DIGITS),
                position -> Math.pow(0.5, Math.floor(position - 1e-9)) * Math.min(1, position / 1.5));
    }

    @Test
    void alsoOnEightShardsWithBatchesThatDoNotDivide() {
        LockstepConfig config = config(Table.DIGITS, "shards=8", "training.batch_size=211");
        try (TrainingData data = Trainings.data(config)) {
            check(config, data, position -> 1);
        }
    }

    @Test
    void alsoWithWeightsAndSeveralLabels() {
        Path folder = Trainings.write(directory.resolve("labelled"), Trainings.labelled(400, 6), 1, 1);
        for (String task : List.of(
                "task: classification\ndata: { label: kind, weight: w, features: [a, b, word], ",
                "task: multilabel\ndata: { label: [up, odd], weight: w, features: [a, b], ",
                "task: regression\ndata: { label: [price, b], weight: w, target: standard, features: [a, c], ")) {
            List<String> overrides = new ArrayList<>(List.of(
                    "shards=2",
                    "training.batch_size=47",
                    "training.epochs=4",
                    "training.optimizer={ name: momentum, learning_rate: 0.3 }"));
            if (task.contains("classification")) {
                overrides.add("training.class_weights={ y: 0.25, z: 3 }");
            }
            LockstepConfig config = Trainings.config(
                    FRAME + task + "train: " + folder + ", format: csv }\n", overrides.toArray(String[]::new));
            try (TrainingData data = Trainings.data(config)) {
                check(config, data, position -> 1);
            }
        }
    }

    /** {@code factor} gives α/α₀ from the position in the training after the step, in epochs. */
    private static void check(LockstepConfig config, TrainingData data, ToDoubleFunction<Double> factor) {
        List<Double> losses = Trainings.train(config, data, 2).losses();
        List<Double> expected = plain(config, data, factor);
        assertThat(losses).hasSizeGreaterThanOrEqualTo(STEPS);
        assertThat(expected.get(STEPS - 1)).as("it learns").isLessThan(expected.get(0));
        for (int step = 0; step < STEPS; step++) {
            // float32 gradients err by 10⁻⁶ relative and less; 20 steps on a smooth loss add up
            assertThat(losses.get(step))
                    .as("loss of step %d", step)
                    .isCloseTo(expected.get(step), within(1e-4 * Math.abs(expected.get(step))));
        }
    }

    private static List<Double> plain(LockstepConfig config, TrainingData data, ToDoubleFunction<Double> factor) {
        NetworkSpec network =
                Networks.of(config, data.features().width(), data.classes().size());
        Examples examples = Examples.of(
                data.set(DataRole.TRAIN).normalized(1, data.preparation()),
                data.features().width(),
                network.loss().targets(network.outputs()));
        long seed = config.training().seed();
        float[] start = network.initialize(config.initializer(), seed);
        double[] theta = new double[start.length];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = start[i];
        }
        BitSet weights = new BitSet();
        for (ParameterBlock block : network.parameters()) {
            weights.set(
                    block.offset(), block.offset() + block.size(), block.name().equals("weight"));
        }
        ReferenceNetwork reference = new ReferenceNetwork(network);
        PlainOptimizer optimizer = new PlainOptimizer(config.training().optimizer(), theta.length, weights);
        int n = examples.size();
        int batch = Math.toIntExact(config.training().batchSize().rows(n));
        List<Double> losses = new ArrayList<>();
        for (int epoch = 1; losses.size() < STEPS; epoch++) {
            List<Integer> order = order(examples, seed, epoch);
            int steps = (n + batch - 1) / batch;
            for (int step = 0; step < steps && losses.size() < STEPS; step++) {
                List<Integer> rows = order.subList(step * batch, Math.min(n, (step + 1) * batch));
                double[] gradient = new double[theta.length];
                double loss = 0;
                for (int row : rows) {
                    double weight = examples.weights()[row];
                    double[] one = new double[theta.length];
                    loss += weight * reference.addGradient(theta, examples.x(row), examples.y(row), 1, one);
                    for (int i = 0; i < one.length; i++) {
                        gradient[i] += weight * one[i];
                    }
                }
                losses.add(loss / rows.size());
                finish(gradient, rows.size(), theta, weights, config, n);
                double position = epoch - 1 + (step + 1.0) / steps;
                optimizer.step(
                        theta, gradient, config.training().optimizer().learningRate() * factor.applyAsDouble(position));
            }
        }
        return losses;
    }

    /** The rows of an epoch: the shards take turns, each in the order that the seed, the epoch and its number decide. */
    private static List<Integer> order(Examples examples, long seed, int epoch) {
        int shards = examples.starts().size() - 1;
        List<int[]> permutations = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            int rows = examples.starts().get(shard + 1) - examples.starts().get(shard);
            permutations.add(RandomStream.of(seed, Purpose.PERMUTATION, epoch, 0, shard, 0)
                    .permutation(rows));
        }
        List<Integer> order = new ArrayList<>();
        for (int round = 0; order.size() < examples.size(); round++) {
            for (int shard = 0; shard < shards; shard++) {
                if (round < permutations.get(shard).length) {
                    order.add(examples.starts().get(shard) + permutations.get(shard)[round]);
                }
            }
        }
        return order;
    }

    /** The sum becomes the gradient of the cost: mean, clip, λ₂/m·W, λ₁/(2m)·sign(w). */
    private static void finish(
            double[] gradient, int count, double[] theta, BitSet weights, LockstepConfig config, int m) {
        double squares = 0;
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= count;
            squares += gradient[i] * gradient[i];
        }
        OptionalDouble clip = config.training().clipNorm();
        double shrink = clip.isPresent() ? Math.min(1, clip.getAsDouble() / Math.sqrt(squares)) : 1;
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] *= shrink;
            double most = config.training().clipValue().orElse(Double.POSITIVE_INFINITY);
            gradient[i] = Math.signum(gradient[i]) * Math.min(Math.abs(gradient[i]), most);
            if (weights.get(i)) {
                gradient[i] += config.training().l2() / m * theta[i]
                        + config.training().l1() / (2 * m) * Math.signum(theta[i]);
            }
        }
    }
}
