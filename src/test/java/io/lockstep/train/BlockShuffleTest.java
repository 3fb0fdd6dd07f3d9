package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.augment.Augmentation;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.SyncMode;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardTask;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import io.lockstep.testing.SparseData;
import io.lockstep.testing.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings in the two-level order give the same bits whatever the tasks and the form, also where they go on in the middle
 * of an epoch. The blocks are of 7 rows and not of 1 MiB, so that a shard of some 90 has several windows of them.
 */
class BlockShuffleTest {
    private static final ShuffleRule BLOCKS = new ShuffleRule.Blocks(7, 3);
    private static final int BATCH = 24;
    private static final int EPOCHS = 2;
    private static final long SEED = 5;

    @TempDir
    Path directory;

    @Test
    void theBitsAreTheSameForAnyTasksAndFormsAndAfterAStopWithinAnEpoch() {
        Path table = Trainings.write(directory.resolve("table"), Trainings.table(371, 5), 2, 4);
        requireSameBits("train: " + table + ", format: csv, label: kind");
    }

    @Test
    void soAreThoseOfASparseSet() {
        Path folder = SparseData.write(directory.resolve("rows"), SparseData.libsvm(371, 300, 4, 3), 2, 1);
        requireSameBits("train: " + folder + ", format: libsvm");
    }

    private static void requireSameBits(String rows) {
        LockstepConfig config = Trainings.config("""
                task: classification
                data: { %s, split: { train: 1 } }
                network: [{ dense: 6, activation: tanh, dropout: 0.2 }]
                shards: 4
                training: { batch_size: %d, seed: %d }
                """.formatted(rows, BATCH, SEED));
        try (TrainingData data = Trainings.data(config)) {
            int steps = new BatchPlan(371, BATCH, 4).steps();
            assertThat(data.set(DataRole.TRAIN).examples()).isEqualTo(371);
            List<Long> expected = train(config, data, BLOCKS, SyncMode.DRIVER, 1, steps);
            for (SyncMode form : List.of(SyncMode.DRIVER, SyncMode.BARRIER)) {
                for (int tasks : new int[] {1, 2, 4}) {
                    // a stop at the end of an epoch is none; 5 is in the first window of a shard, 11 in a later one
                    for (int stop : new int[] {steps, 5, 11}) {
                        assertThat(train(config, data, BLOCKS, form, tasks, stop))
                                .as("%s, %d tasks, stopped after step %d", form, tasks, stop)
                                .isEqualTo(expected);
                    }
                }
            }
            // else the comparisons above could not fail
            assertThat(train(config, data, new ShuffleRule.Blocks(7, 4), SyncMode.DRIVER, 1, steps))
                    .isNotEqualTo(expected);
            assertThat(train(config, data, new ShuffleRule.Full(), SyncMode.DRIVER, 1, steps))
                    .isNotEqualTo(expected);
        }
    }

    /** θ and the losses of the steps, as bits; each epoch stops after step {@code stop}, and new tasks go on. */
    private static List<Long> train(
            LockstepConfig config, TrainingData data, ShuffleRule rule, SyncMode form, int tasks, int stop) {
        return new Run(config, data, rule, form, tasks).bits(stop);
    }

    private record Run(LockstepConfig config, TrainingData data, ShuffleRule rule, SyncMode form, int tasks) {
        List<Long> bits(int stop) {
            NetworkSpec network =
                    Networks.of(config, data.features().width(), data.classes().size());
            ShardedSet set = data.set(DataRole.TRAIN);
            BatchPlan plan = new BatchPlan(set.examples(), BATCH, set.shards());
            TrainingState state = new TrainingState(
                    network.initialize(config.initializer(), SEED),
                    new Optimizer(config.training().optimizer(), Regularization.none(), network));
            List<Long> bits = new ArrayList<>();
            for (int epoch = 1; epoch <= EPOCHS; epoch++) {
                take(state, new GradientSync.Stride(epoch, 0, stop), plan, network, bits);
                if (stop < plan.steps()) {
                    take(state, new GradientSync.Stride(epoch, stop, plan.steps()), plan, network, bits);
                }
            }
            for (float value : state.theta()) {
                bits.add((long) Float.floatToRawIntBits(value));
            }
            return bits;
        }

        /** A stride by tasks that know of none before. */
        private void take(
                TrainingState state,
                GradientSync.Stride stride,
                BatchPlan plan,
                NetworkSpec network,
                List<Long> losses) {
            String id = UUID.randomUUID().toString();
            ShardWorker.Job job = new ShardWorker.Job(id, network, plan, SEED, rule, Augmentation.none());
            LearningRate rate = new LearningRate(0.01, config.training().schedule(), 0, plan.steps());
            ShardSource source = new Source(data.set(DataRole.TRAIN), data, tasks);
            try (GradientSync sync = form == SyncMode.BARRIER
                    ? new BarrierAllReduce(TestSpark.context(), source, Optional.empty(), job, rate)
                    : new DriverTreeReduce(TestSpark.context(), source, Optional.empty(), job, rate)) {
                sync.take(
                        state,
                        stride,
                        (step, steps, loss, examples, share) -> losses.add(Double.doubleToRawLongBits(loss)));
            }
        }
    }

    private record Source(ShardedSet set, TrainingData data, int tasks) implements ShardSource {
        @Override
        public JavaRDD<ShardTask> forSteps(int wanted) {
            return set.normalizedForSteps(wanted, data.preparation());
        }

        @Override
        public JavaRDD<ShardTask> forJobs() {
            return forSteps(tasks);
        }

        @Override
        public void restore() {
            set.restore();
        }
    }
}
