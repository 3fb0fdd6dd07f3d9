package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.augment.AugmentSpec;
import io.lockstep.augment.Augmentation;
import io.lockstep.augment.Scaling;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardTask;
import io.lockstep.data.TrainingData;
import io.lockstep.math.ReductionTree;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShardWorkerTest {
    @TempDir
    Path directory;

    static List<ShuffleRule> rules() {
        return List.of(new ShuffleRule.Full(), new ShuffleRule.Blocks(4, 3));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aTaskThatIsRepeatedGivesTheSameBits(ShuffleRule rule) {
        // what Spark's retries rely on: no step leaves anything behind in a worker, and a new worker knows all it needs
        Path folder = Trainings.write(directory.resolve("t"), Trainings.table(203, 4), 1, 1);
        LockstepConfig config = Trainings.config("task: classification\nshards: 4\ninput_dropout: 0.2\n"
                + "network: [{ dense: 8, activation: relu, dropout: 0.4 }]\n"
                + "data: { train: " + folder + ", format: csv, label: kind }\n");
        try (TrainingData data = Trainings.data(config)) {
            NetworkSpec network =
                    Networks.of(config, data.features().width(), data.classes().size());
            float[] theta = network.initialize(config.initializer(), 1);
            BatchPlan plan = new BatchPlan(data.set(DataRole.TRAIN).examples(), 37, 4);
            ShardWorker.Job job = new ShardWorker.Job(
                    "repeated-" + rule,
                    network,
                    plan,
                    1,
                    rule,
                    noise(data.features().width()));
            List<List<Long>> bits = data.set(DataRole.TRAIN)
                    .normalized(1, data.preparation())
                    .mapPartitions(tasks -> repeat(job, tasks.next(), theta))
                    .collect();
            assertThat(bits.get(1)).as("after another step and epoch").isEqualTo(bits.get(0));
            assertThat(bits.get(2)).as("on another worker").isEqualTo(bits.get(0));
            assertThat(bits.get(3)).as("another step").isNotEqualTo(bits.get(0));
        }
    }

    private static Augmentation noise(int width) {
        AugmentSpec none = AugmentSpec.nothing();
        AugmentSpec spec = new AugmentSpec(1, none.geometry(), none.photometry(), none.sound(), 0.1);
        return new Augmentation.Image(spec, new Shape.Image(1, 1, width), Scaling.identity());
    }

    private static Iterator<List<Long>> repeat(ShardWorker.Job job, ShardTask task, float[] theta) {
        ShardWorker worker = ShardWorker.borrow(job);
        List<Long> first = bits(worker.gradients(task, theta, 1, 2));
        List<Long> between = bits(worker.gradients(task, theta, 2, 0));
        List<Long> again = bits(worker.gradients(task, theta, 1, 2));
        List<Long> other = bits(ShardWorker.borrow(job).gradients(task, theta, 1, 2));
        return List.of(first, again, other, between).iterator();
    }

    private static List<Long> bits(List<ReductionTree.Node<GradientSum>> nodes) {
        List<Long> bits = new ArrayList<>();
        for (ReductionTree.Node<GradientSum> node : nodes) {
            bits.add(Double.doubleToRawLongBits(node.value().loss()));
            bits.add(node.value().examples());
            for (float value : node.value().gradient()) {
                bits.add((long) Float.floatToRawIntBits(value));
            }
        }
        return bits;
    }
}
