package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.testing.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An executor that is lost in the middle of an epoch costs the epoch's steps, and not a bit of the model. */
class LostExecutorClusterTest {
    private static final String YAML = """
            task: classification
            data: { train: %s, format: csv, label: kind }
            network: [{ dense: 7, activation: tanh, dropout: 0.2 }]
            shards: 4
            training: { epochs: 2, batch_size: %d, seed: 5 }
            """;

    @TempDir
    static Path directory;

    /** Does something to an executor at a step of the first epoch. */
    private static final class Killer implements TrainingListener {
        private final long pid;
        private final int step;
        private final Consumer<ProcessHandle> deed;
        private final List<Double> losses = new ArrayList<>();
        private final List<String> restarts = new ArrayList<>();

        Killer(long pid, int step, Consumer<ProcessHandle> deed) {
            this.pid = pid;
            this.step = step;
            this.deed = deed;
        }

        @Override
        public void stepTaken(Step taken) {
            losses.add(taken.loss());
            if (taken.epoch() == 1 && taken.step() == step) {
                deed.accept(ProcessHandle.of(pid).orElseThrow());
            }
        }

        @Override
        public void restarted(int epoch, int from, String reason) {
            restarts.add("epoch " + epoch + ", step " + from);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"barrier", "driver"})
    void theBitsAreThoseOfAnUndisturbedTraining(String sync) {
        boolean barrier = sync.equals("barrier");
        Path folder = Trainings.write(directory.resolve(sync), Trainings.table(6000, 11), 3, 4);
        // long epochs for the stage, which tells of steps only now and then; a job for each step takes its time
        LockstepConfig config = Trainings.config(YAML.formatted(folder, barrier ? 2 : 300), "sync=" + sync);
        try (TrainingData data = TrainingData.prepare(TestCluster.session(), config)) {
            Trainings.Run undisturbed = Trainings.train(TestCluster.context(), config, data, TestCluster.EXECUTORS);
            Killer killer = new Killer(executors().iterator().next(), 5, ProcessHandle::destroyForcibly);
            TrainingResult result =
                    new Trainer(TestCluster.context(), config, data, killer, TestCluster.EXECUTORS).train();
            assertThat(new Trainings.Run(result, killer.losses).bits()).isEqualTo(undisturbed.bits());
            if (barrier) {
                assertThat(killer.restarts).containsExactly("epoch 1, step 1");
            }
            assertThat(ProcessHandle.of(killer.pid).filter(ProcessHandle::isAlive))
                    .isEmpty();
        }
    }

    @Test
    void anExecutorThatFallsSilentIsGivenUpInBoundedTime() {
        Path folder = Trainings.write(directory.resolve("silent"), Trainings.table(6000, 11), 3, 4);
        LockstepConfig config = Trainings.config(YAML.formatted(folder, 2), "sync=barrier");
        try (TrainingData data = TrainingData.prepare(TestCluster.session(), config)) {
            Trainings.Run undisturbed = Trainings.train(TestCluster.context(), config, data, TestCluster.EXECUTORS);
            Killer killer = new Killer(executors().iterator().next(), 5, LostExecutorClusterTest::suspend);
            try {
                TrainingResult result =
                        new Trainer(TestCluster.context(), config, data, killer, TestCluster.EXECUTORS).train();
                assertThat(new Trainings.Run(result, killer.losses).bits()).isEqualTo(undisturbed.bits());
                assertThat(killer.restarts).contains("epoch 1, step 1");
            } finally {
                ProcessHandle.of(killer.pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    /** It keeps its connections, and says nothing any more. */
    private static void suspend(ProcessHandle process) {
        try {
            Process kill = new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                    .inheritIO()
                    .start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<Long> executors() {
        return new TreeSet<>(TestCluster.context()
                .parallelize(List.of(1, 2, 3), TestCluster.EXECUTORS)
                .map(number -> ProcessHandle.current().pid())
                .collect());
    }
}
