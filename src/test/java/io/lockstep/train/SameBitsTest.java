package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One seed gives one model, bit for bit, whatever the tasks, the files, their partitions and the order of their rows. */
class SameBitsTest {
    private static final String DROPPING = """
            network: [{ dense: 9, activation: relu, dropout: 0.3 }, { dense: 5, activation: tanh }]
            input_dropout: 0.1
            """;
    private static final String NORMALIZED = """
            network:
              - { dense: 9, activation: relu, batch_norm: true, dropout: 0.3 }
              - { dense: 5, activation: tanh, batch_norm: { placement: after, momentum: 0.8 } }
            input_dropout: 0.1
            """;
    private static final String PLAIN = "network: [{ dense: 6, activation: leaky_relu }]\n";
    private static final String ALL_ROWS = "data.split={ train: 1 }";

    @TempDir
    Path directory;

    record Case(String name, int rows, String task, List<String> settings) {
        List<String> table() {
            return task.contains("features") ? Trainings.labelled(rows, 11) : Trainings.table(rows, 11);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        String classes = "task: classification\ndata: { train: FOLDER, format: csv, label: kind }\n";
        String prices = "task: regression\ndata: { train: FOLDER, format: csv, label: price, target: standard }\n";
        return List.of(
                new Case(
                        "a multiple of nothing, dropout, eight shards",
                        503,
                        classes + DROPPING,
                        List.of("shards=8", "training.batch_size=61")),
                new Case("smaller than a batch", 47, prices + DROPPING, List.of("training.batch_size=512", "shards=2")),
                new Case(
                        "fewer rows than shards",
                        5,
                        classes + PLAIN,
                        List.of(ALL_ROWS, "shards=8", "training.batch_size=3")),
                new Case(
                        "batch normalization before and after, dropout, clipped, l2",
                        1031,
                        classes + NORMALIZED,
                        List.of(
                                "shards=4",
                                "training.batch_size=37",
                                "training.clip_norm=0.05",
                                "training.l2=0.1",
                                "training.finish_full_batch_epochs=1")),
                new Case(
                        "shuffled by blocks",
                        307,
                        classes + DROPPING,
                        List.of("shards=4", "training.batch_size=31", "data.shuffle=blocks")),
                new Case("full batch", 203, prices + PLAIN, List.of("training.batch_size=full")),
                new Case(
                        "batches of one",
                        23,
                        classes + DROPPING,
                        List.of(ALL_ROWS, "shards=2", "training.batch_size=1")),
                new Case(
                        "weighted examples and classes",
                        509,
                        "task: classification\ndata: { train: FOLDER, format: csv, label: kind, weight: w,"
                                + " features: [a, b, word] }\n" + DROPPING,
                        List.of("shards=4", "training.batch_size=53", "training.class_weights=balanced")),
                new Case(
                        "a weight and three outputs",
                        307,
                        "task: regression\ndata: { train: FOLDER, format: csv, label: [price, b, c], weight: w,"
                                + " target: standard, features: [a, word] }\n" + DROPPING,
                        List.of("shards=8", "training.batch_size=7", "training.finish_full_batch_epochs=1")),
                new Case(
                        "several labels",
                        211,
                        "task: multilabel\ndata: { train: FOLDER, format: csv, label: [up, odd], features: [a, b] }\n"
                                + PLAIN,
                        List.of("shards=4", "training.batch_size=full")),
                new Case(
                        "batches of one, weighted",
                        29,
                        "task: multilabel\ndata: { train: FOLDER, format: csv, label: [up, odd], weight: w,"
                                + " features: [a, b] }\n" + PLAIN,
                        List.of(ALL_ROWS, "shards=2", "training.batch_size=1")),
                new Case(
                        "huber, clipped, with l1, full-batch epochs at the end",
                        1031,
                        prices + DROPPING,
                        List.of(
                                "shards=4",
                                "training.batch_size=17",
                                "training.clip_norm=0.01",
                                "training.clip_value=0.002",
                                "training.loss={ name: huber, delta: 0.5 }",
                                "training.l1=0.1",
                                "training.l2=0.1",
                                "training.finish_full_batch_epochs=2")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theModelIsTheSameForAnyTasksAndAnyFiles(Case one) {
        List<String> table = one.table();
        List<Long> expected = run(one, "driver", table, 1, 1, List.of(1)).get(0);
        assertThat(run(one, "barrier", table, 1, 2, List.of(4)).get(0))
                .as("barrier, 4 tasks, one file, shuffled")
                .isEqualTo(expected);
        assertThat(run(one, "driver", table, 3, 3, List.of(2)).get(0))
                .as("driver, 2 tasks, 3 files")
                .isEqualTo(expected);
        for (List<Long> bits : run(one, "driver", table, 7, 4, List.of(3, 8))) {
            assertThat(bits).as("driver, 3 and 8 tasks, 7 files").isEqualTo(expected);
        }
        for (List<Long> bits : run(one, "barrier", table, 7, 5, List.of(1, 2, 3))) {
            assertThat(bits).as("barrier, 1, 2 and 3 tasks, 7 files").isEqualTo(expected);
        }
    }

    @Test
    void anotherSeedGivesAnotherModel() {
        // else the test above could not fail
        Case one = cases().get(0);
        List<String> table = one.table();
        Path folder = Trainings.write(directory.resolve("seeds"), table, 1, 1);
        LockstepConfig first = config(one, "auto", folder);
        LockstepConfig second = Trainings.config(
                one.task().replace("FOLDER", folder.toString()) + "training: { epochs: 2, seed: 6 }",
                one.settings().toArray(String[]::new));
        assertThat(Trainings.train(first).bits())
                .isNotEqualTo(Trainings.train(second).bits());
    }

    private List<List<Long>> run(
            Case one, String sync, List<String> table, int files, long order, List<Integer> tasks) {
        LockstepConfig config = config(one, sync, Trainings.write(directory.resolve("o" + order), table, files, order));
        try (TrainingData data = Trainings.data(config)) {
            return tasks.stream()
                    .map(slots -> Trainings.train(config, data, slots).bits())
                    .toList();
        }
    }

    private static LockstepConfig config(Case one, String sync, Path folder) {
        return Trainings.config(
                one.task().replace("FOLDER", folder.toString()) + "sync: " + sync
                        + "\ntraining: { epochs: 2, seed: 5 }",
                one.settings().toArray(String[]::new));
    }
}
