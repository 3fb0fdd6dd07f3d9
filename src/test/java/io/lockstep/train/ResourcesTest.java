package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ExampleSize;
import io.lockstep.data.ExecutorSpace;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import io.lockstep.testing.SparseData;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourcesTest {
    /** 10 → 1000 → 1: 12,001 parameters with biases, 48,004 bytes. */
    private static final LockstepConfig CONFIG = config();

    private static LockstepConfig config(String... sets) {
        return Trainings.config("""
            task: regression
            shards: 8
            network: [{ dense: 1000 }]
            training: { batch_size: 64, optimizer: { name: adam } }
            data: { train: t.csv, label: y }
            """, sets);
    }

    private static final NetworkSpec NETWORK = Networks.of(CONFIG, 10, 0);

    private static final ExampleSize DENSE = ExampleSize.dense(10, 1);

    @TempDir
    Path directory;

    /** One executor of two slots, and 1000 examples. */
    private static void require(
            boolean local, long heap, LockstepConfig config, NetworkSpec network, ExampleSize size) {
        List<ExecutorSpace> executors = List.of(new ExecutorSpace("1", "a", heap, "/scratch", 0));
        Resources.requireHeap(local, 2, executors, config, network, size, 1000);
    }

    @Test
    void aHeapThatCannotHoldTheNetworkIsRefusedBeforeTheRowsAreRead() {
        // θ, the best θ, 2 moments of adam, a gradient for each of 2 tasks, a checkpoint's copy of θ and the moments:
        // 9·48,004; for each task's slice of 8 examples X, Z[1], Z[2] and dA[1] in floats; the order of 1000 examples
        long needed = 9 * 48_004 + 2L * 8 * 4 * (10 + 1000 + 1 + 1000) + 4 * 1000;
        assertThatCode(() -> require(true, needed, CONFIG, NETWORK, DENSE)).doesNotThrowAnyException();
        assertThatThrownBy(() -> require(true, needed - 1, CONFIG, NETWORK, DENSE))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "network: parameters, optimizer state, gradients and buffers of 2 tasks take at least 564.7 kB of"
                                + " heap, and it has 564.7 kB. Give it more (LOCKSTEP_HEAP, spark.executor.memory), or take a"
                                + " smaller network or fewer cores for an executor.");
    }

    @Test
    void withoutCheckpointsNoCopyIsCounted() {
        long needed = 6 * 48_004 + 2L * 8 * 4 * (10 + 1000 + 1 + 1000) + 4 * 1000;
        LockstepConfig config = config("checkpoint=null");
        assertThatCode(() -> require(true, needed, config, NETWORK, DENSE)).doesNotThrowAnyException();
        assertThatThrownBy(() -> require(true, needed - 1, config, NETWORK, DENSE))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void theEstimateHasTwoCheckpointsAndWhatTheFirstOfThemHoldsOf() {
        Path table = Trainings.write(directory.resolve("table"), Trainings.table(80, 5), 1, 4);
        String[] sets = {"data.train=" + table, "data.format=csv", "data.label=price"};
        long with = heap(config(sets));
        long without = heap(config(sets[0], sets[1], sets[2], "checkpoint=null"));
        // 4 numbers and 3 levels of two words: 9 → 1000 → 1; two θ with two moments each, a best and a last epoch's θ
        long parameters = 9 * 1000 + 1000 + 1000 + 1;
        assertThat(with - without).isEqualTo(4 * parameters * (2 * 3 + 2));
    }

    /** Of a training in this JVM. */
    private static long heap(LockstepConfig config) {
        try (TrainingData data = Trainings.data(config)) {
            TrainingListener.Plan plan =
                    new Trainer(TestSpark.context(), config, data, new TrainingListener() {}).plan();
            return Resources.of(TestSpark.context(), config, data, plan).stream()
                    .filter(need -> need.what().startsWith("heap"))
                    .mapToLong(Resources.Need::needed)
                    .sum();
        }
    }

    @Test
    void anExecutorOfAClusterKeepsNoBestParameters() {
        long needed = 5 * 48_004 + 2L * 8 * 4 * (10 + 1000 + 1 + 1000) + 4 * 1000;
        assertThatCode(() -> require(false, needed, CONFIG, NETWORK, DENSE)).doesNotThrowAnyException();
        assertThatThrownBy(() -> require(false, needed - 1, CONFIG, NETWORK, DENSE))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("of heap of an executor, and it has");
    }

    @Test
    void ofSparseExamplesOnlyWhatIsNotZeroTakesMemory() {
        // 20,000 features on 2 units: 40,002 parameters with biases, and 3 of the output
        LockstepConfig config = Trainings.config("""
                task: regression
                shards: 8
                network: [{ dense: 2 }]
                training: { batch_size: 64, optimizer: { name: sgd } }
                data: { train: t.libsvm, format: libsvm }
                """);
        NetworkSpec network = Networks.of(config, 20_000, 0);
        // θ, the best θ, a checkpoint's, 2 gradients; X as 100 numbers and their indexes; Z[1], Z[2], dA[1]; the order
        long sparse = 4L * 5 * 40_005 + 2L * 8 * 4 * (2 * 100 + 2 + 1 + 2) + 4 * 1000;
        ExampleSize size = ExampleSize.sparse(20_000, 1, 100);
        assertThatCode(() -> require(true, sparse, config, network, size)).doesNotThrowAnyException();
        assertThatThrownBy(() -> require(true, sparse - 1, config, network, size))
                .isInstanceOf(ConfigException.class);
        long dense = sparse + 2L * 8 * 4 * (20_000 - 2 * 100);
        ExampleSize full = ExampleSize.dense(20_000, 1);
        assertThatCode(() -> require(true, dense, config, network, full)).doesNotThrowAnyException();
        assertThatThrownBy(() -> require(true, dense - 1, config, network, full))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void anOrderOfWindowsTakesNoMemoryForEachExample() {
        LockstepConfig blocks = Trainings.config("""
                task: regression
                shards: 8
                network: [{ dense: 1000 }]
                training: { batch_size: 64, optimizer: { name: adam } }
                data: { train: t.csv, label: y, shuffle: blocks }
                """);
        long needed = 9 * 48_004 + 2L * 8 * 4 * (10 + 1000 + 1 + 1000);
        assertThatCode(() -> require(true, needed, blocks, NETWORK, DENSE)).doesNotThrowAnyException();
    }

    @Test
    void theLowestLayersProductsAreThoseOfTheFeaturesThatAreStored() {
        NetworkSpec network = new NetworkSpec(
                new Shape.Vector(20_000),
                List.of(new LayerSpec.Dense(300), new LayerSpec.Dense(1)),
                Loss.HALVED_SQUARED);
        // 2 products of W[1] and 3 of W[2], each a multiplication and an addition
        assertThat(Resources.operations(network, 7, ExampleSize.dense(20_000, 1)))
                .isEqualTo(7 * 2 * (2 * 20_000.0 * 300 + 3 * 300.0));
        assertThat(Resources.operations(network, 7, ExampleSize.sparse(20_000, 1, 12.5)))
                .isEqualTo(7 * 2 * (2 * 12.5 * 300 + 3 * 300.0));
    }

    @Test
    void aSparseSetsDiskIsThatOfWhatIsStored() throws IOException {
        Path folder = SparseData.write(directory, SparseData.libsvm(300, 2_000, 6, 3), 1, 1);
        long stored = Files.readAllLines(folder.resolve("part-0.libsvm")).stream()
                .mapToLong(line -> line.split(" ", -1).length - 1)
                .sum();
        LockstepConfig config = Trainings.config("task: classification\ndata: { train: " + folder
                + ", format: libsvm, split: { train: 1 } }\nnetwork: []\ntraining: { epochs: 1 }\n");
        List<TrainingData.Surveyed> seen = new ArrayList<>();
        try (TrainingData data = TrainingData.prepare(TestSpark.session(), config, seen::add)) {
            ExampleSize size = data.set(DataRole.TRAIN).exampleSize();
            assertThat(size.features()).isEqualTo(2_000);
            assertThat(300 * size.values()).isCloseTo((double) stored, within(1e-6));
            assertThat(seen).singleElement().satisfies(found -> {
                assertThat(found.examples()).isEqualTo(300);
                assertThat(300 * found.size().values()).isCloseTo((double) stored, within(1e-6));
            });
            // count, indexes, values and target; sorted, and mapped with where each begins
            long expected = 2 * 4 * (2 * 300 + 2 * stored) + 8 * 300;
            TrainingListener.Plan plan =
                    new Trainer(TestSpark.context(), config, data, new TrainingListener() {}).plan();
            assertThat(Resources.of(TestSpark.context(), config, data, plan)
                            .get(0)
                            .needed())
                    .isCloseTo(expected, within(1L));
        }
    }
}
