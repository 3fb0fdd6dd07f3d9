package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Augmentation within trainings: the same bits on any tasks, and evaluation left alone. */
class AugmentedTrainingTest {
    private static final String PICTURE = "image: { height: 3, width: 4, channels: 3 }";
    private static final String EVERYTHING = "augment: { probability: 0.9, flip: both, shift: 1, crop: 1, rotate: 20,"
            + " scale: 0.1, shear: 5, elastic: { alpha: 5, sigma: 1 }, blur: 0.5, brightness: 0.2, contrast: 0.2,"
            + " saturation: 0.2, noise: 3 }";
    private static final String SOUND = "audio: { rate: 1000 }";
    private static final String SOUNDS = "augment: { gain: 6, time_shift: 3, time_mask: 3, noise: 3 }";

    @TempDir
    Path directory;

    /** 200 examples of 36 features in 0 … 255, where the brighter half tells the class. */
    private static List<String> table() {
        Random random = new Random(12);
        List<String> lines = new ArrayList<>();
        lines.add(IntStream.range(0, 36).mapToObj(i -> "p" + i).collect(Collectors.joining(",")) + ",kind");
        for (int row = 0; row < 200; row++) {
            int kind = row % 3;
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < 36; i++) {
                line.append(i / 12 == kind ? 100 + random.nextInt(156) : random.nextInt(156))
                        .append(',');
            }
            lines.add(line.append(kind).toString());
        }
        return lines;
    }

    private LockstepConfig config(String sync, String shape, String training) {
        Path folder = Trainings.write(directory.resolve("t"), table(), 3, 1);
        return Trainings.config("task: classification\nshards: 4\nsync: " + sync + "\n"
                + "network: [{ dense: 8, activation: relu, dropout: 0.1 }]\n"
                + "data: { train: " + folder + ", format: csv, label: kind, " + shape + " }\n"
                + "training: { epochs: 2, seed: 5, batch_size: 37, " + training + " }\n");
    }

    @Test
    void picturesAndSoundsAreAugmentedAlikeOnAnyTasks() {
        for (List<String> one : List.of(List.of(PICTURE, EVERYTHING), List.of(SOUND, SOUNDS))) {
            List<Long> expected =
                    runs("driver", one.get(0), one.get(1), List.of(1)).get(0);
            for (List<Long> bits : runs("driver", one.get(0), one.get(1), List.of(2, 4))) {
                assertThat(bits).as("driver, 2 and 4 tasks").isEqualTo(expected);
            }
            for (List<Long> bits : runs("barrier", one.get(0), one.get(1), List.of(1, 2, 4))) {
                assertThat(bits).as("barrier, 1, 2 and 4 tasks").isEqualTo(expected);
            }
            assertThat(runs("driver", one.get(0), "augment: null", List.of(1)).get(0))
                    .as("without augmentation")
                    .isNotEqualTo(expected);
        }
    }

    private List<List<Long>> runs(String sync, String shape, String augment, List<Integer> tasks) {
        LockstepConfig config = config(sync, shape, augment);
        try (TrainingData data = Trainings.data(config)) {
            return tasks.stream()
                    .map(slots -> Trainings.train(config, data, slots).bits())
                    .toList();
        }
    }

    @Test
    void theDevSetIsScoredAsItIs() {
        // so small a step leaves θ as it was drawn: whatever differs in a score comes from the examples
        String still = ", optimizer: { name: sgd, learning_rate: 1e-300 }";
        Trainings.Run plain = Trainings.train(config("driver", PICTURE, "augment: null" + still));
        Trainings.Run augmented = Trainings.train(config("driver", PICTURE, EVERYTHING + still));
        assertThat(augmented.result().theta()).containsExactly(plain.result().theta());
        for (int epoch = 0; epoch < 2; epoch++) {
            EpochRecord with = augmented.result().epochs().get(epoch);
            EpochRecord without = plain.result().epochs().get(epoch);
            assertThat(with.dev()).isPresent().isEqualTo(without.dev());
            assertThat(with.trainLoss()).as("training examples").isNotEqualTo(without.trainLoss());
        }
    }

    @Test
    void anEpochSeesAnotherFormOfEachExample() {
        // one step an epoch, θ as it is: the losses are of the same examples
        Trainings.Run run = Trainings.train(
                config(
                        "driver",
                        PICTURE,
                        "finish_full_batch_epochs: 3, augment: { noise: 50 }, optimizer: { name: sgd, learning_rate: 1e-300 }"));
        List<Double> losses =
                run.losses().subList(run.losses().size() - 3, run.losses().size());
        assertThat(losses).doesNotHaveDuplicates();
    }
}
