package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.testing.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Executors that are killed (as by {@code kill -9}) at any moment, time and again in one application that gets new ones,
 * cost time, and not a bit of the model. The profile {@code soak} has more of them.
 */
class ExecutorKillsClusterTest {
    private static final int SEEDS = Integer.getInteger("lockstep.kills", 10);
    /** Of preparations: half as many, for each reads the table anew. */
    private static final int PREPARATIONS = (SEEDS + 1) / 2;

    private static final int EPOCHS = 2;
    private static final int ROWS = 1500;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final String YAML = """
            task: classification
            data: { train: %s, format: csv, label: kind }
            network: [{ dense: 7, activation: tanh, dropout: 0.2 }]
            shards: 4
            training: { epochs: %d, batch_size: %d, seed: 5 }
            """;

    @TempDir
    static Path directory;

    /** Kills an executor when a step of an epoch is told. */
    private static final class Killer implements TrainingListener {
        private final int epoch;
        private final double part;
        private final long pid;
        private final List<Double> losses = new ArrayList<>();
        private boolean killed;

        /** @param part of the epoch's steps that are taken first */
        Killer(int epoch, double part, long pid) {
            this.epoch = epoch;
            this.part = part;
            this.pid = pid;
        }

        @Override
        public void stepTaken(Step taken) {
            losses.add(taken.loss());
            if (!killed && taken.epoch() == epoch && taken.step() > part * taken.steps()) {
                killed = kill(pid);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"barrier", "driver"})
    void theBitsAreThoseOfAnUndisturbedTrainingWheneverAnExecutorIsKilled(String sync) {
        // a stage tells of its steps now and then, so it takes many; a job for each step takes its time
        LockstepConfig config = config(sync, sync.equals("barrier") ? 2 : 100);
        try (TrainingData data = TrainingData.prepare(TestCluster.session(), config)) {
            List<Long> expected = Trainings.train(TestCluster.context(), config, data, TestCluster.EXECUTORS)
                    .bits();
            for (int seed = 1; seed <= SEEDS; seed++) {
                Random random = new Random(seed);
                List<Long> pids = allExecutors();
                Killer killer = new Killer(
                        1 + random.nextInt(EPOCHS), random.nextDouble(), pids.get(random.nextInt(pids.size())));
                TrainingResult result =
                        new Trainer(TestCluster.context(), config, data, killer, TestCluster.EXECUTORS).train();
                assertThat(killer.killed).as("%s, seed %d", sync, seed).isTrue();
                assertThat(new Trainings.Run(result, killer.losses).bits())
                        .as("%s, seed %d", sync, seed)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void noExampleIsLostOrCountedTwiceWhereAnExecutorIsKilledWhileTheDataArePrepared() {
        LockstepConfig config = config("driver", 100);
        Tasks undisturbed = new Tasks(Integer.MAX_VALUE, 0);
        List<Long> expected = prepareAndTrain(config, undisturbed);
        for (int seed = 1; seed <= PREPARATIONS; seed++) {
            Random random = new Random(seed);
            List<Long> pids = allExecutors();
            Tasks tasks =
                    new Tasks(1 + random.nextInt(undisturbed.ofPreparation), pids.get(random.nextInt(pids.size())));
            assertThat(prepareAndTrain(config, tasks)).as("seed %d", seed).isEqualTo(expected);
            assertThat(tasks.killed).as("seed %d", seed).isTrue();
        }
    }

    /** Kills an executor when a number of tasks has ended. */
    private static final class Tasks extends SparkListener {
        private final AtomicInteger ended = new AtomicInteger();
        private final int killAfter;
        private final long pid;
        private volatile boolean killed;
        private int ofPreparation;

        Tasks(int killAfter, long pid) {
            this.killAfter = killAfter;
            this.pid = pid;
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd event) {
            if (ended.incrementAndGet() == killAfter) {
                killed = kill(pid);
            }
        }
    }

    private static List<Long> prepareAndTrain(LockstepConfig config, Tasks tasks) {
        TestCluster.session().sparkContext().addSparkListener(tasks);
        try (TrainingData data = TrainingData.prepare(TestCluster.session(), config)) {
            tasks.ofPreparation = tasks.ended.get();
            long examples = 0;
            for (DataRole role : DataRole.values()) {
                examples += data.has(role) ? data.set(role).examples() : 0;
            }
            assertThat(examples).isEqualTo(ROWS);
            List<Long> bits =
                    new ArrayList<>(Trainings.train(TestCluster.context(), config, data, TestCluster.EXECUTORS)
                            .bits());
            bits.add(data.fingerprint(DataRole.TRAIN));
            return bits;
        } finally {
            TestCluster.session().sparkContext().removeSparkListener(tasks);
        }
    }

    private static LockstepConfig config(String sync, int batch) {
        Path folder = Trainings.write(directory.resolve(sync + batch), Trainings.table(ROWS, 11), 3, 4);
        return Trainings.config(YAML.formatted(folder, EPOCHS, batch), "sync=" + sync);
    }

    private static boolean kill(long pid) {
        return ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    /** The pids of all executors, when the cluster has given new ones for those that were killed. */
    private static List<Long> allExecutors() {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        TreeSet<Long> pids = new TreeSet<>();
        while (pids.size() < TestCluster.EXECUTORS) {
            assertThat(Instant.now()).as("executors came back: %s", pids).isBefore(deadline);
            pids.clear();
            pids.addAll(TestCluster.context()
                    .parallelize(List.of(1, 2, 3, 4, 5, 6), TestCluster.EXECUTORS)
                    .map(number -> ProcessHandle.current().pid())
                    .collect());
        }
        return List.copyOf(pids);
    }
}
