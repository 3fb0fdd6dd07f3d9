package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that takes part in a training step, on at once: the model is the same to the bit on 1, 2 and 4 tasks, by
 * either form of synchronization, and none of it is on in vain. A new feature becomes a line of {@link #FEATURES}.
 */
class AllFeaturesTest {
    private static final String FRAME = """
            task: regression
            data: { train: FOLDER, format: csv, label: price, image: { height: 3, width: 3 } }
            network: [{ dense: 9, activation: relu }, { dense: 5, activation: tanh }]
            shards: 4
            training: { epochs: 3, batch_size: 61, seed: 5, early_stopping: null }
            """;

    /** What switches each feature on, and what off. */
    private static final Map<String, String> FEATURES = Map.ofEntries(
            Map.entry("network[0].dropout=0.3", "network[0].dropout=0"),
            Map.entry("network[0].batch_norm=before", "network[0].batch_norm=false"),
            Map.entry("network[1].batch_norm={ placement: after, momentum: 0.8 }", "network[1].batch_norm=after"),
            Map.entry("input_dropout=0.1", "input_dropout=0"),
            Map.entry("initializer=glorot", "initializer=auto"),
            Map.entry("data.target=standard", "data.target=none"),
            Map.entry("data.weight=w", "data.features={ exclude: [w] }"),
            Map.entry("training.optimizer={ name: adamw, learning_rate: 0.02 }", "training.optimizer=adam"),
            Map.entry(
                    "training.schedule={ name: cosine, floor: 0.1, warmup_epochs: 1.5 }",
                    "training.schedule={ name: cosine, floor: 0.1 }"),
            Map.entry("training.loss={ name: huber, delta: 0.7 }", "training.loss=null"),
            Map.entry("training.augment={ shift: 1, rotate: 20, noise: 5 }", "training.augment=null"),
            Map.entry("training.l2=0.3", "training.l2=0"),
            Map.entry("training.l1=0.2", "training.l1=0"),
            Map.entry("training.clip_norm=0.2", "training.clip_norm=null"),
            Map.entry("training.clip_value=0.05", "training.clip_value=null"),
            Map.entry("training.finish_full_batch_epochs=1", "training.finish_full_batch_epochs=0"));

    @TempDir
    Path directory;

    private Path folder;

    @BeforeEach
    void writeTable() {
        List<String> table = Trainings.table(503, 11);
        List<String> weighted = new ArrayList<>(List.of(table.get(0) + ",w"));
        for (int i = 1; i < table.size(); i++) {
            weighted.add(table.get(i) + "," + (0.5 + i % 4));
        }
        folder = Trainings.write(directory.resolve("table"), weighted, 3, 1);
    }

    @Test
    void theModelIsTheSameOnOneTwoAndFourTasksByEitherSynchronization() {
        List<String> all = List.copyOf(FEATURES.keySet());
        List<List<Long>> models = new ArrayList<>();
        for (String sync : List.of("driver", "barrier")) {
            LockstepConfig config = config(all, "sync=" + sync);
            try (TrainingData data = Trainings.data(config)) {
                for (int tasks : List.of(1, 2, 4)) {
                    List<Long> bits = Trainings.train(config, data, tasks).bits();
                    models.add(bits);
                    assertThat(bits).as("%s, %d tasks", sync, tasks).isEqualTo(models.get(0));
                }
            }
        }
        assertThat(models).hasSize(6);
    }

    @Test
    void leavingOutAnyOfThemGivesAnotherModel() {
        List<String> all = List.copyOf(FEATURES.keySet());
        List<Long> expected = Trainings.train(config(all, "sync=barrier")).bits();
        for (Map.Entry<String, String> feature : FEATURES.entrySet()) {
            List<String> others = new ArrayList<>(all);
            others.remove(feature.getKey());
            others.add(feature.getValue());
            assertThat(Trainings.train(config(others, "sync=barrier")).bits())
                    .as("without %s", feature.getKey())
                    .isNotEqualTo(expected);
        }
    }

    private LockstepConfig config(List<String> settings, String sync) {
        List<String> overrides = new ArrayList<>(settings);
        overrides.add(sync);
        return Trainings.config(FRAME.replace("FOLDER", folder.toString()), overrides.toArray(String[]::new));
    }
}
