package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.testing.TestCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An executor that is killed in the middle of an epoch costs the epoch's steps, and not a bit of the model. */
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

    /** Kills an executor at a step of the first epoch. */
    private static final class Killer implements TrainingListener {
        private final long pid;
        private final int step;
        private final List<Double> losses = new ArrayList<>();
        private final List<String> restarts = new ArrayList<>();

        Killer(long pid, int step) {
            this.pid = pid;
            this.step = step;
        }

        @Override
        public void stepTaken(Step taken) {
            losses.add(taken.loss());
            if (taken.epoch() == 1 && taken.step() == step) {
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
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
            Killer killer = new Killer(executors().iterator().next(), 5);
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

    private static Set<Long> executors() {
        return new TreeSet<>(TestCluster.context()
                .parallelize(List.of(1, 2, 3), TestCluster.EXECUTORS)
                .map(number -> ProcessHandle.current().pid())
                .collect());
    }
}
