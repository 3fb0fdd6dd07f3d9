package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.ExecutorSpace;
import io.lockstep.error.ConfigException;
import io.lockstep.nn.NetworkSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    /** 10 → 1000 → 1: 12,001 parameters with biases, 48,004 bytes. */
    private static final LockstepConfig CONFIG = Trainings.config("""
            task: regression
            shards: 8
            network: [{ dense: 1000 }]
            training: { batch_size: 64, optimizer: { name: adam } }
            data: { train: t.csv, label: y }
            """);

    private static final NetworkSpec NETWORK = Networks.of(CONFIG, 10, 0);

    private static List<ExecutorSpace> executor(long heap) {
        return List.of(new ExecutorSpace("1", "a", heap, "/scratch", 0));
    }

    @Test
    void aHeapThatCannotHoldTheNetworkIsRefusedBeforeTheRowsAreRead() {
        // θ, the best θ, 2 moments of adam, a gradient for each of 2 tasks: 6·48,004; buffers of a slice of 8 examples:
        // 2·(10 + 10-wide input, 1000, 1000, 1) floats for each task
        long theta = 6 * 48_004;
        long buffers = 2L * 8 * 4 * (2 * 10 + 2 * 1000 + 2 * 1000 + 2);
        long needed = theta + buffers;
        assertThatCode(() -> Resources.requireHeap(true, 2, executor(needed), CONFIG, NETWORK, 1000))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Resources.requireHeap(true, 2, executor(needed - 1), CONFIG, NETWORK, 1000))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "network: parameters, optimizer state, gradients and buffers of 2 tasks take at least 545.4 kB of"
                                + " heap, and it has 545.4 kB. Give it more (LOCKSTEP_HEAP, spark.executor.memory), or take a"
                                + " smaller network or fewer cores for an executor.");
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
