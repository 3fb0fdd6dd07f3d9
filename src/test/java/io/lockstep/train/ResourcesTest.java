package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.ExecutorSpace;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.testing.TestSpark;
import java.nio.file.Path;
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

    private static List<ExecutorSpace> executor(long heap) {
        return List.of(new ExecutorSpace("1", "a", heap, "/scratch", 0));
    }

    @Test
    void aHeapThatCannotHoldTheNetworkIsRefusedBeforeTheRowsAreRead() {
        // θ, the best θ, 2 moments of adam, a gradient for each of 2 tasks, a checkpoint's copy of θ and the moments:
        // 9·48,004; buffers of a slice of 8 examples: 2·(10 + 10-wide input, 1000, 1000, 1) floats for each task
        long theta = 9 * 48_004;
        long buffers = 2L * 8 * 4 * (2 * 10 + 2 * 1000 + 2 * 1000 + 2);
        long needed = theta + buffers;
        assertThatCode(() -> Resources.requireHeap(true, 2, executor(needed), CONFIG, NETWORK, 1000))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Resources.requireHeap(true, 2, executor(needed - 1), CONFIG, NETWORK, 1000))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "network: parameters, optimizer state, gradients and buffers of 2 tasks take at least 689.4 kB of"
                                + " heap, and it has 689.4 kB. Give it more (LOCKSTEP_HEAP, spark.executor.memory), or take a"
                                + " smaller network or fewer cores for an executor.");
    }

    @Test
    void withoutCheckpointsNoCopyIsCounted() {
        long needed = 6 * 48_004 + 2L * 8 * 4 * (2 * 10 + 2 * 1000 + 2 * 1000 + 2);
        LockstepConfig config = config("checkpoint=null");
        assertThatCode(() -> Resources.requireHeap(true, 2, executor(needed), config, NETWORK, 1000))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Resources.requireHeap(true, 2, executor(needed - 1), config, NETWORK, 1000))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void theEstimateHasTwoCheckpointsAndWhatTheFirstOfThemHoldsOf(@TempDir Path directory) {
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
        long needed = 5 * 48_004 + 2L * 8 * 4 * (2 * 10 + 2 * 1000 + 2 * 1000 + 2);
        assertThatCode(() -> Resources.requireHeap(false, 2, executor(needed), CONFIG, NETWORK, 1000))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Resources.requireHeap(false, 2, executor(needed - 1), CONFIG, NETWORK, 1000))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("of heap of an executor, and it has");
    }
}
