package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.error.DivergedException;
import io.lockstep.testing.Examples;
import io.lockstep.testing.TestSpark;
import io.lockstep.train.HealthWarning.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that are ill, each in its way, and some that are not. */
class HealthTest {
    @TempDir
    Path directory;

    private LockstepConfig config(int rows, String... overrides) {
        Path folder = Trainings.write(directory.resolve("t" + rows), Trainings.table(rows, 3), 1, 1);
        String yaml = "task: classification\nshards: 2\ndata: { train: " + folder + ", format: csv, label: kind,"
                + " features: { exclude: [price] } }\n";
        return Trainings.config(
                yaml,
                Stream.concat(Stream.of("training.early_stopping=null"), Stream.of(overrides))
                        .toArray(String[]::new));
    }

    private static String layers(int count, String layer) {
        return "network=[" + String.join(", ", Collections.nCopies(count, layer)) + "]";
    }

    private static List<Kind> kinds(TrainingResult result) {
        return result.health().warnings().stream().map(HealthWarning::kind).toList();
    }

    @Test
    void aDeepSigmoidNetVanishes() {
        TrainingResult result = Trainings.train(
                        config(300, layers(8, "{ dense: 16, activation: sigmoid }"), "training.epochs=3"))
                .result();
        assertThat(kinds(result)).containsExactly(Kind.VANISHING_GRADIENTS);
        assertThat(result.health().warnings().get(0).message())
                .startsWith("vanishing gradients: layer 1 (dense 16, sigmoid) gets ")
                .contains("Use activation: relu instead of sigmoid");
        List<LayerHealth> layers = result.health().initial().layers();
        // σ' ≤ 1/4 in each of the eight
        assertThat(layers.get(0).activity().signal() / layers.get(8).activity().signal())
                .isLessThan(Math.pow(0.25, 6));
    }

    @Test
    void theSameNetOfRelusDoesNot() {
        TrainingResult result = Trainings.train(
                        config(300, layers(8, "{ dense: 16, activation: relu }"), "training.epochs=3"))
                .result();
        assertThat(result.health().warnings()).isEmpty();
    }

    @Test
    void aLinearNetOfTooLargeWeightsExplodes() {
        // each layer of he's weights without a ReLU makes a signal √2 times as large
        TrainingResult result = Trainings.train(config(
                        300,
                        layers(24, "{ dense: 32, activation: identity }"),
                        "initializer=he",
                        "training.optimizer={ name: sgd, learning_rate: 1.0e-12 }",
                        "training.epochs=2"))
                .result();
        assertThat(kinds(result)).contains(Kind.EXPLODING_GRADIENTS);
    }

    @Test
    void aLearningRateThatIsTooHighIsToldBeforeTheTrainingDiverges() {
        List<HealthWarning> told = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void warned(HealthWarning warning) {
                told.add(warning);
            }
        };
        LockstepConfig config = config(
                300,
                layers(2, "{ dense: 16, activation: relu }"),
                "training.batch_size=8",
                "training.optimizer={ name: sgd, learning_rate: 40 }",
                "training.epochs=20");
        try (TrainingData data = Trainings.data(config)) {
            new Trainer(TestSpark.context(), config, data, listener, 2).train();
        } catch (DivergedException e) {
            assertThat(e).hasMessageContaining("Lower training.optimizer.learning_rate");
        }
        assertThat(told)
                .filteredOn(warning -> warning.kind() == Kind.LEARNING_RATE_TOO_HIGH)
                .singleElement()
                .satisfies(warning -> {
                    assertThat(warning.epoch()).isEqualTo(1);
                    assertThat(warning.message()).contains("Lower training.optimizer.learning_rate (40) to 4,");
                });
    }

    @Test
    void aDivergedTrainingNamesTheRemedy() {
        LockstepConfig config = config(
                300,
                "network=[{ dense: 16, activation: relu }]",
                "training.optimizer={ name: sgd, learning_rate: 1.0e30 }");
        assertThatThrownBy(() -> Trainings.train(config))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("Lower training.optimizer.learning_rate")
                .hasMessageContaining("training.clip_norm");
    }

    @Test
    void aNetThatLearnsItsRowsByHeartOverfits() {
        TrainingResult result = Trainings.train(config(
                        200,
                        "network=[{ dense: 200, activation: tanh }]",
                        "training.batch_size=16",
                        "training.optimizer={ name: adam, learning_rate: 0.02 }",
                        "training.epochs=40"))
                .result();
        assertThat(kinds(result)).contains(Kind.OVERFITTING);
        HealthWarning warning = result.health().warnings().stream()
                .filter(found -> found.kind() == Kind.OVERFITTING)
                .findFirst()
                .orElseThrow();
        assertThat(warning.epoch()).isBetween(9, 40);
        assertThat(warning.message()).contains("the dev loss rose from").contains("Set training.l2");
    }

    @Test
    void aSoundTrainingIsNotWarnedOf() {
        for (String activation : List.of("relu", "leaky_relu", "tanh", "sigmoid")) {
            TrainingResult result = Trainings.train(config(
                            600,
                            layers(2, "{ dense: 12, activation: " + activation + " }"),
                            "training.batch_size=64",
                            "training.l2=1",
                            "training.epochs=12"))
                    .result();
            assertThat(result.health().warnings()).as(activation).isEmpty();
        }
    }

    @Test
    void theProbeIsTheFirstExamplesWhateverTheTasks() {
        LockstepConfig config = config(900, "shards=8");
        try (TrainingData data = Trainings.data(config)) {
            Trainer trainer = new Trainer(TestSpark.context(), config, data, new TrainingListener() {}, 3);
            int width = data.features().width();
            Examples all = Examples.of(trainer.shards(DataRole.TRAIN), width);
            ProbeSample sample = ProbeSample.of(trainer.shards(DataRole.TRAIN), trainer.network(), 300);
            assertThat(sample.examples()).isEqualTo(300);
            for (int j = 0; j < 300; j++) {
                assertThat((double) sample.y()[j]).isEqualTo(all.y()[j][0]);
                for (int i = 0; i < width; i++) {
                    assertThat((double) sample.x()[j * width + i]).isEqualTo(all.x()[j][i]);
                }
            }
            ProbeSample whole = ProbeSample.of(trainer.shards(DataRole.TRAIN), trainer.network(), 5000);
            assertThat((long) whole.examples())
                    .isEqualTo(data.set(DataRole.TRAIN).examples());
        }
    }

    @Test
    void theSameHealthComesFromOneTaskAndFromFour() {
        LockstepConfig config = config(300, "shards=4", "training.epochs=3");
        try (TrainingData data = Trainings.data(config)) {
            TrainingResult one = Trainings.train(config, data, 1).result();
            TrainingResult four = Trainings.train(config, data, 4).result();
            assertThat(four.health()).isEqualTo(one.health());
            assertThat(four.epochs().stream().map(EpochRecord::health))
                    .containsExactlyElementsOf(
                            one.epochs().stream().map(EpochRecord::health).toList());
        }
    }

    @Test
    void theUpdateOfAnEpochIsTheDistanceBetweenItsThetas() {
        LockstepConfig two = config(300, "training.epochs=2", "network=[]");
        LockstepConfig one = config(300, "training.epochs=1", "network=[]");
        try (TrainingData data = Trainings.data(two)) {
            TrainingResult last = Trainings.train(two, data, 2).result();
            float[] before = Trainings.train(one, data, 2).result().theta();
            double sum = 0;
            for (int i = 0; i < before.length; i++) {
                sum += Math.pow((double) last.theta()[i] - before[i], 2);
            }
            LayerHealth layer = last.epochs().get(1).health().layers().get(0);
            assertThat(layer.update()).isCloseTo(Math.sqrt(sum), within(1e-12));
            assertThat(last.health().initial().layers().get(0).update()).isZero();
        }
    }
}
