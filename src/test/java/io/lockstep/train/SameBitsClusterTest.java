package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.augment.Augmentation;
import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardTask;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelIo;
import io.lockstep.model.Weights;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import io.lockstep.testing.ChildJvm;
import io.lockstep.testing.SparseData;
import io.lockstep.testing.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One seed gives one model, bit for bit, on executors in JVMs of their own and in one JVM. */
class SameBitsClusterTest {
    private static final int EPOCHS = 2;

    @TempDir
    static Path directory;

    private static String yaml;
    private static Outcome expected;

    /**
     * What a training gave, as bits.
     *
     * @param losses of the epochs: on train, then on dev
     */
    record Outcome(String weightsSha256, List<Integer> theta, List<Long> losses) {

        static Outcome of(Trainings.Run run, LockstepConfig config, TrainingData data) {
            List<Long> losses = new ArrayList<>();
            for (EpochRecord epoch : run.result().epochs()) {
                losses.add(Double.doubleToRawLongBits(epoch.trainLoss()));
                losses.add(Double.doubleToRawLongBits(
                        epoch.dev().orElseThrow().values().get(EvaluationMetric.LOSS)));
            }
            float[] theta = run.result().theta();
            int classes = data.classes().size();
            String hash = Weights.sha256(Networks.of(config, data.features().width(), classes), theta);
            return new Outcome(hash, bits(theta), losses);
        }

        static Outcome read(Path model) throws Exception {
            JsonNode metrics =
                    new ObjectMapper().readTree(model.resolve("metrics.json").toFile());
            List<Long> losses = new ArrayList<>();
            for (JsonNode epoch : metrics.get("epochs")) {
                losses.add(Double.doubleToRawLongBits(epoch.get("train_loss").asDouble()));
                losses.add(Double.doubleToRawLongBits(epoch.get("dev_loss").asDouble()));
            }
            LoadedModel loaded = ModelIo.read(model.toString(), new Configuration());
            return new Outcome(metrics.get("weights_sha256").asText(), bits(loaded.theta()), losses);
        }

        private static List<Integer> bits(float[] theta) {
            return IntStream.range(0, theta.length)
                    .mapToObj(i -> Float.floatToRawIntBits(theta[i]))
                    .toList();
        }
    }

    /** The same training in a JVM that knows of no cluster. It starts first: the cluster starts meanwhile. */
    @BeforeAll
    static void trainInOneJvm() throws Exception {
        Path folder = Trainings.write(directory.resolve("table"), Trainings.table(503, 11), 3, 4);
        yaml = """
                task: classification
                data: { train: %s, format: csv, label: kind }
                network: [{ dense: 9, activation: relu, dropout: 0.3 }, { dense: 5, activation: tanh }]
                input_dropout: 0.1
                shards: 8
                training: { epochs: %d, batch_size: 61, clip_norm: 0.5, l2: 0.1, seed: 5 }
                """.formatted(folder, EPOCHS);
        Path config = Files.writeString(directory.resolve("test.yaml"), yaml);
        Path model = directory.resolve("model");
        try (ChildJvm child = ChildJvm.lockstep(
                directory.resolve("child"),
                "train",
                config.toString(),
                "--master",
                "local[2]",
                "--set",
                "output=" + model)) {
            TestCluster.session();
            child.await();
        }
        expected = Outcome.read(model);
        assertThat(expected.losses()).hasSize(2 * EPOCHS).doesNotHaveDuplicates();
    }

    @Test
    void threeTasksRunInThreeOtherJvms() {
        // else the test below would show nothing
        Set<Long> pids = new HashSet<>(TestCluster.context()
                .parallelize(List.of(1, 2, 3), TestCluster.EXECUTORS)
                .map(number -> ProcessHandle.current().pid())
                .collect());
        assertThat(pids)
                .hasSize(TestCluster.EXECUTORS)
                .doesNotContain(ProcessHandle.current().pid());
        assertThat(TestCluster.session().conf().get("spark.authenticate")).isEqualTo("true");
        assertThat(TestCluster.session().conf().get("spark.network.crypto.enabled"))
                .isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"driver", "barrier"})
    void theModelOfOneTwoAndThreeExecutorsIsThatOfOneJvm(String sync) {
        LockstepConfig config = Trainings.config(yaml, "sync=" + sync);
        Set<List<Long>> bits = new HashSet<>();
        try (TrainingData data = TrainingData.prepare(TestCluster.session(), config)) {
            for (int tasks = 1; tasks <= TestCluster.EXECUTORS; tasks++) {
                Trainings.Run run = Trainings.train(TestCluster.context(), config, data, tasks);
                assertThat(Outcome.of(run, config, data))
                        .as("sync %s, %d tasks", sync, tasks)
                        .isEqualTo(expected);
                bits.add(run.bits());
            }
        }
        assertThat(bits).as("the losses of the steps, by tasks").hasSize(1);
    }

    /** A libsvm set, and a table whose category has a level for each eighth row. */
    static List<String> sparseSets() {
        Path libsvm = SparseData.write(directory.resolve("libsvm"), SparseData.libsvm(353, 400, 6, 3), 3, 2);
        List<String> lines = new ArrayList<>(List.of("code,size,kind"));
        Random random = new Random(6);
        for (int i = 0; i < 2400; i++) {
            int code = i < 300 ? i : random.nextInt(300);
            lines.add("c" + code + "," + random.nextInt(9) + "," + (code % 3 == 0 ? "yes" : "no"));
        }
        Path table = Trainings.write(directory.resolve("levels"), lines, 2, 5);
        return List.of("train: " + libsvm + ", format: libsvm", "train: " + table + ", format: csv, label: kind");
    }

    @ParameterizedTest
    @MethodSource("sparseSets")
    void theModelOfASparseSetIsThatOfOneJvm(String data) throws Exception {
        String sparse = """
                task: classification
                data: { %s }
                network: [{ dense: 7, activation: relu, dropout: 0.2 }]
                shards: 8
                training: { epochs: %d, batch_size: 128, seed: 5 }
                """.formatted(data, EPOCHS);
        Path folder = Files.createTempDirectory(directory, "sparse");
        Path config = Files.writeString(folder.resolve("test.yaml"), sparse);
        Path model = folder.resolve("model");
        List<Outcome> here = new ArrayList<>();
        try (ChildJvm child = ChildJvm.lockstep(
                folder.resolve("child"),
                "train",
                config.toString(),
                "--master",
                "local[2]",
                "--set",
                "output=" + model)) {
            LockstepConfig forms = Trainings.config(sparse);
            try (TrainingData prepared = TrainingData.prepare(TestCluster.session(), forms)) {
                assertThat(prepared.set(DataRole.TRAIN).isSparse()).isTrue();
                for (String sync : List.of("driver", "barrier")) {
                    LockstepConfig form = Trainings.config(sparse, "sync=" + sync);
                    for (int tasks = 2; tasks <= TestCluster.EXECUTORS; tasks++) {
                        Trainings.Run run = Trainings.train(TestCluster.context(), form, prepared, tasks);
                        here.add(Outcome.of(run, form, prepared));
                    }
                }
            }
            child.await();
        }
        assertThat(here).hasSize(4).containsOnly(Outcome.read(model));
    }

    @Test
    void sumsThatExecutorsCombineAreThoseThatTheDriverCombines() {
        LockstepConfig config = Trainings.config(yaml);
        try (TrainingData data = TrainingData.prepare(TestCluster.session(), config)) {
            assertThat(epochCombining(1, config, data)).isEqualTo(epochCombining(TestCluster.EXECUTORS, config, data));
        }
    }

    /** θ after an epoch, by a driver that takes in the sums of at most {@code directTasks} tasks as they are. */
    private static List<Integer> epochCombining(int directTasks, LockstepConfig config, TrainingData data) {
        ShardedSet set = data.set(DataRole.TRAIN);
        NetworkSpec network =
                Networks.of(config, data.features().width(), data.classes().size());
        BatchPlan plan = new BatchPlan(set.examples(), 61, set.shards());
        TrainingState state = new TrainingState(
                network.initialize(config.initializer(), 5),
                new Optimizer(config.training().optimizer(), Regularization.none(), network));
        ShardSource source = new ShardSource() {
            @Override
            public int tasks() {
                return TestCluster.EXECUTORS;
            }

            @Override
            public JavaRDD<ShardTask> forSteps(int tasks) {
                return set.normalizedForSteps(tasks, data.preparation());
            }

            @Override
            public JavaRDD<ShardTask> forJobs() {
                return forSteps(tasks());
            }

            @Override
            public void restore() {
                set.restore();
            }
        };
        ShardWorker.Job job = new ShardWorker.Job(
                "combining-" + directTasks, network, plan, 5, new ShuffleRule.Full(), Augmentation.none());
        LearningRate rate = new LearningRate(0.01, config.training().schedule(), 0, 1);
        try (GradientSync sync =
                new DriverTreeReduce(TestCluster.context(), source, Optional.empty(), job, rate, directTasks)) {
            sync.take(state, GradientSync.Stride.epoch(1, plan), (step, steps, loss, examples, share) -> {});
        }
        return Outcome.bits(state.theta());
    }
}
