package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.testing.Examples;
import io.lockstep.testing.SparseData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training on examples that are stored sparse. */
class SparseTrainingTest {
    private static final int WIDTH = 400;
    private static final String YAML = """
            task: classification
            data: { train: FOLDER, format: libsvm }
            network: [{ dense: 9, activation: relu, dropout: 0.2 }, { dense: 5, activation: tanh }]
            training: { epochs: 3, batch_size: 61, early_stopping: null }
            shards: 4
            """;

    @TempDir
    Path directory;

    private LockstepConfig config(String yaml, int files, String... overrides) {
        Path folder = directory.resolve("files" + files);
        if (!Files.exists(folder)) {
            SparseData.write(folder, SparseData.libsvm(503, WIDTH, 6, 3), files, files);
        }
        return Trainings.config(yaml.replace("FOLDER", folder.toString()), overrides);
    }

    @Test
    void oneSeedGivesOneModelWhateverTheTasksTheFilesAndTheForm() {
        List<List<Long>> bits = new ArrayList<>();
        for (int files : new int[] {1, 2, 5}) {
            LockstepConfig config = config(YAML, files);
            try (TrainingData data = Trainings.data(config)) {
                assertThat(data.set(DataRole.TRAIN).isSparse()).isTrue();
                for (String sync : List.of("driver", "barrier")) {
                    LockstepConfig synced = config(YAML, files, "sync=" + sync);
                    for (int slots : new int[] {1, 2}) {
                        bits.add(Trainings.train(synced, data, slots).bits());
                    }
                }
            }
        }
        assertThat(bits).allSatisfy(each -> assertThat(each).isEqualTo(bits.get(0)));
    }

    /**
     * The same sums of the same numbers in another order: after 20 steps the losses differ by float32's rounding, 6·10⁻⁸ an
     * operation, which steps hand on to each other.
     */
    @ParameterizedTest
    @ValueSource(strings = {"data.normalize=standard", "data.normalize=none", "training.class_weights=balanced"})
    void lossesAreThoseOfTheSameExamplesStoredDense(String setting) {
        List<Double> sparse = losses(config(YAML, 2, setting), true);
        List<Double> dense = losses(config(YAML, 2, setting, "data.storage=dense"), false);
        assertThat(sparse).hasSameSizeAs(dense).hasSizeGreaterThan(15);
        for (int step = 0; step < sparse.size(); step++) {
            assertThat(sparse.get(step)).as("step %d", step).isCloseTo(dense.get(step), within(1e-4));
        }
    }

    private static List<Double> losses(LockstepConfig config, boolean isSparse) {
        try (TrainingData data = Trainings.data(config)) {
            assertThat(data.set(DataRole.TRAIN).isSparse()).isEqualTo(isSparse);
            Trainings.Run run = Trainings.train(config, data, 2);
            List<Double> losses = new ArrayList<>(run.losses());
            run.result().epochs().forEach(epoch -> epoch.dev()
                    .ifPresent(dev -> losses.add(dev.value(EvaluationMetric.LOSS))));
            return losses;
        }
    }

    @Test
    void theFirstFullBatchLossIsTheReferences() {
        LockstepConfig config = config(YAML.replace(", dropout: 0.2", ""), 1, "training.batch_size=full");
        try (TrainingData data = Trainings.data(config)) {
            double loss = Trainings.train(config, data, 2).losses().get(0);
            Examples examples = Examples.of(data.set(DataRole.TRAIN).normalized(1, data.preparation()), WIDTH);
            NetworkSpec network = Networks.of(config, WIDTH, 2);
            ReferenceNetwork reference = new ReferenceNetwork(network);
            float[] theta =
                    network.initialize(Initializer.AUTO, config.training().seed());
            double[] wide = new double[theta.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = theta[i];
            }
            double sum = 0;
            for (int j = 0; j < examples.size(); j++) {
                sum += reference.lossSum(wide, examples.x(j), examples.y(j), 1);
            }
            assertThat(loss).isCloseTo(sum / examples.size(), within(1e-6));
        }
    }

    /** Numbers with gaps, numbers far from 0, and a category of 1,200 levels in one table. */
    @Test
    void aTableOfOneHotColumnsAndNumbersIsStoredSparseAndTrainsAsStoredDense() throws Exception {
        Random random = new Random(8);
        List<String> lines = new ArrayList<>();
        lines.add("seconds,year,gap,code,price");
        for (int i = 0; i < 3000; i++) {
            int code = i < 1200 ? i : random.nextInt(1200);
            lines.add((1.7e9 + i) + "," + (1990 + random.nextInt(30)) + ","
                    + (random.nextInt(4) == 0 ? "" : random.nextInt(9)) + ",c" + code + ","
                    + (code % 7 + random.nextGaussian()));
        }
        Path file = Files.write(directory.resolve("t.csv"), lines);
        String yaml =
                "task: regression\ndata: { train: '" + file + "', label: price, missing: impute, target: standard }\n"
                        + "network: [{ dense: 7, activation: tanh }]\n"
                        + "training: { epochs: 2, batch_size: 256, early_stopping: null }\n";
        List<Double> sparse = losses(Trainings.config(yaml), true);
        List<Double> dense = losses(Trainings.config(yaml, "data.storage=dense"), false);
        for (int step = 0; step < sparse.size(); step++) {
            assertThat(sparse.get(step)).as("step %d", step).isCloseTo(dense.get(step), within(1e-4));
        }
    }

    @Test
    void aLookIntoTheNetworkSeesTheSame() {
        List<Double> looks = new ArrayList<>();
        for (String storage : List.of("sparse", "dense")) {
            LockstepConfig config = config(YAML.replace(", dropout: 0.2", ""), 1, "data.storage=" + storage);
            try (TrainingData data = Trainings.data(config)) {
                NetworkSpec network = Networks.of(config, WIDTH, 2);
                ProbeSample sample =
                        ProbeSample.of(data.set(DataRole.TRAIN).normalized(1, data.preparation()), network, 100);
                assertThat(sample.sparse().isPresent()).isEqualTo(storage.equals("sparse"));
                NetworkHealth health = new HealthProbe(network, sample).look(network.initialize(Initializer.AUTO, 1));
                looks.add(health.layers().get(0).activity().gradient());
            }
        }
        assertThat(looks.get(0)).isCloseTo(looks.get(1), within(1e-5 * looks.get(1)));
    }
}
