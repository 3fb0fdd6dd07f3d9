package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.augment.Augmentation;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardTask;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import io.lockstep.testing.TestCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of a step that Spark runs again, or twice at a time, are counted once: the same bits. */
class TaskFaultsClusterTest {
    private static final String YAML = """
            task: classification
            data: { train: %s, format: csv, label: kind }
            network: [{ dense: 7, activation: tanh, dropout: 0.2 }]
            shards: 8
            training: { epochs: 1, batch_size: 120, seed: 5 }
            """;
    private static final int BATCH = 120;

    @TempDir
    static Path directory;

    private static LockstepConfig config;
    private static TrainingData data;
    private static List<Long> expected;

    private final Attempts attempts = new Attempts();

    /** What tasks suffer at their first attempt. */
    private enum Fault {
        NONE,
        FAILS,
        IS_SLOW
    }

    /** Counts what Spark did about it. */
    private static final class Attempts extends SparkListener {
        private final AtomicInteger failed = new AtomicInteger();
        private final AtomicInteger speculative = new AtomicInteger();

        @Override
        public void onTaskStart(SparkListenerTaskStart event) {
            if (event.taskInfo().speculative()) {
                speculative.incrementAndGet();
            }
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd event) {
            if (event.taskInfo().failed()) {
                failed.incrementAndGet();
            }
        }
    }

    @BeforeAll
    static void takeAnEpochUndisturbed() {
        Path folder = Trainings.write(directory.resolve("table"), Trainings.table(503, 11), 3, 4);
        config = Trainings.config(YAML.formatted(folder));
        data = TrainingData.prepare(TestCluster.session(), config);
        expected = epoch(Fault.NONE);
    }

    @AfterAll
    static void releaseTheData() {
        data.close();
    }

    @BeforeEach
    void listen() {
        TestCluster.session().sparkContext().addSparkListener(attempts);
    }

    @Test
    void aTaskThatFailsOnceInEachStepIsTriedAgain() {
        assertThat(epoch(Fault.FAILS)).isEqualTo(expected);
        assertThat(attempts.failed).hasValue(plan().steps());
    }

    @Test
    void ofASlowTaskAndItsSpeculativeCopyOneCounts() {
        assertThat(epoch(Fault.IS_SLOW)).isEqualTo(expected);
        assertThat(attempts.speculative).hasValueGreaterThan(0);
    }

    private static BatchPlan plan() {
        ShardedSet set = data.set(DataRole.TRAIN);
        return new BatchPlan(set.examples(), BATCH, set.shards());
    }

    /** θ after an epoch by {@link DriverTreeReduce}, and its losses, as bits. */
    private static List<Long> epoch(Fault fault) {
        NetworkSpec network =
                Networks.of(config, data.features().width(), data.classes().size());
        TrainingState state = new TrainingState(
                network.initialize(config.initializer(), 5),
                new Optimizer(config.training().optimizer(), Regularization.none(), network));
        ShardWorker.Job job =
                new ShardWorker.Job("faults-" + fault, network, plan(), 5, new ShuffleRule.Full(), Augmentation.none());
        LearningRate rate = new LearningRate(0.01, config.training().schedule(), 0, 1);
        List<Long> bits = new ArrayList<>();
        try (GradientSync sync =
                new DriverTreeReduce(TestCluster.context(), new Shards(fault), Optional.empty(), job, rate)) {
            sync.take(
                    state,
                    GradientSync.Stride.epoch(1, plan()),
                    (step, steps, loss, examples, share) -> bits.add(Double.doubleToRawLongBits(loss)));
        }
        for (float value : state.theta()) {
            bits.add((long) Float.floatToRawIntBits(value));
        }
        return bits;
    }

    /** The training set, by as many tasks as there are executors. */
    private record Shards(Fault fault) implements ShardSource {
        @Override
        public int tasks() {
            return TestCluster.EXECUTORS;
        }

        @Override
        public JavaRDD<ShardTask> forSteps(int tasks) {
            return data.set(DataRole.TRAIN)
                    .normalizedForSteps(tasks, data.preparation())
                    .mapPartitions(new Suffer(fault));
        }

        @Override
        public JavaRDD<ShardTask> forJobs() {
            return forSteps(tasks());
        }

        @Override
        public void restore() {
            throw new AssertionError("Spark itself tries again");
        }
    }

    /** The first attempt of the second task fails, or takes longer than a speculative copy. */
    private record Suffer(Fault fault) implements FlatMapFunction<Iterator<ShardTask>, ShardTask> {
        private static final long SLOW_MILLIS = 3000;

        @Override
        public Iterator<ShardTask> call(Iterator<ShardTask> tasks) throws InterruptedException {
            TaskContext context = TaskContext.get();
            if (context.partitionId() == 1 && context.attemptNumber() == 0) {
                switch (fault) {
                    case FAILS -> throw new IllegalStateException("fails once");
                    case IS_SLOW -> Thread.sleep(SLOW_MILLIS);
                    case NONE -> {}
                }
            }
            return tasks;
        }
    }
}
