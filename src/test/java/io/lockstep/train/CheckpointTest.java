package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Entry;
import io.lockstep.model.ModelDirectory;
import io.lockstep.testing.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training that goes on from any of its checkpoints ends with the bits of one that never stopped. */
class CheckpointTest {
    private static final String EVERYTHING = """
            task: classification
            data: { train: %s, format: csv, label: kind, split: { train: 0.6, dev: 0.2, test: 0.2 } }
            network: [{ dense: 7, activation: tanh, batch_norm: true, dropout: 0.2 }, { dense: 5, activation: relu }]
            input_dropout: 0.1
            shards: 4
            training:
              epochs: 4
              batch_size: 50
              optimizer: { name: adam, learning_rate: 0.02 }
              schedule: { name: inverse_time, rate: 0.1, warmup_epochs: 1.5 }
              clip_norm: 0.8
              l2: 0.5
              early_stopping: { metric: accuracy, patience: %d, min_improvement: %s }
              finish_full_batch_epochs: 2
              seed: 3
            checkpoint: { every_minutes: 1.0e-9 }
            """;

    @TempDir
    Path directory;

    /** What was offered. */
    private static final class Kept implements CheckpointSink {
        private final List<Checkpoint> all = new ArrayList<>();

        @Override
        public void offer(Checkpoint checkpoint) {
            all.add(checkpoint);
        }

        @Override
        public Optional<String> trouble() {
            return Optional.empty();
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void finish() {}
    }

    @ParameterizedTest
    @CsvSource({"driver,9", "barrier,9", "barrier,1"})
    void goingOnFromAnyStepGivesTheBitsOfATrainingThatNeverStopped(String sync, int patience) throws Exception {
        Path table = Trainings.write(directory.resolve("table"), Trainings.table(331, 5), 3, 4);
        LockstepConfig config =
                Trainings.config(EVERYTHING.formatted(table, patience, patience == 1 ? "0.9" : "0"), "sync=" + sync);
        try (TrainingData data = Trainings.data(config)) {
            Trainings.Run whole = Trainings.train(config, data, 2);
            assertThat(whole.result().patienceEnded().isPresent()).isEqualTo(patience == 1);
            Kept kept = new Kept();
            Trainings.Run stepwise =
                    Trainings.train(TestSpark.context(), config, data, 2, Optional.empty(), Optional.of(kept));
            assertThat(stepwise.bits()).as("strides decide nothing").isEqualTo(whole.bits());
            assertThat(kept.all).hasSizeGreaterThan(patience == 1 ? 6 : 8);
            assertThat(kept.all.stream().filter(Checkpoint::isWithinEpoch)).hasSizeGreaterThan(patience == 1 ? 3 : 4);

            for (int i = 0; i < kept.all.size(); i += sync.equals("driver") ? 5 : 2) {
                Checkpoint read = throughFiles(config, data, kept.all.get(i), "at-" + i);
                Trainings.Run resumed = Trainings.train(
                        TestSpark.context(), config, data, 1 + i / 2 % 2, Optional.of(read), Optional.empty());
                assertThat(withoutTimes(resumed.result()))
                        .as("from checkpoint %d", i)
                        .isEqualTo(withoutTimes(whole.result()));
                assertThat(floats(resumed.result().theta()))
                        .isEqualTo(floats(whole.result().theta()));
                int before = whole.losses().size() - resumed.losses().size();
                assertThat(resumed.losses())
                        .isEqualTo(whole.losses().subList(before, whole.losses().size()));
            }
        }
    }

    /** The numbers of a result that are no times. */
    private static List<Object> withoutTimes(TrainingResult result) {
        List<Object> all = new ArrayList<>();
        for (EpochRecord epoch : result.epochs()) {
            all.add(epoch.epoch());
            all.add(epoch.trainLoss());
            all.add(epoch.learningRate());
            all.add(epoch.dev().map(Score::values));
            all.add(epoch.health());
        }
        all.add(result.bestEpoch());
        all.add(result.patienceEnded());
        all.add(result.health());
        return all;
    }

    private static List<Float> floats(float[] theta) {
        List<Float> floats = new ArrayList<>();
        for (float value : theta) {
            floats.add(value);
        }
        return floats;
    }

    private Checkpoint throughFiles(LockstepConfig config, TrainingData data, Checkpoint checkpoint, String name)
            throws Exception {
        CheckpointDirectory files = new CheckpointDirectory(
                ModelDirectory.at(directory.resolve(name).toString(), new Configuration()));
        TrainingIdentity identity = TrainingIdentity.of(config, data, Map.of("cpu", "any"));
        assertThat(files.publish("epoch-0001", CheckpointFiles.of(identity, 17, checkpoint), files.claim()))
                .isTrue();
        Entry entry = files.entries().get(0);
        CheckpointJson.Content content = CheckpointFiles.json(files, entry);
        assertThat(content.identity()).isEqualTo(identity);
        assertThat(content.run()).isEqualTo(17);
        TrainingShape shape = new Trainer(TestSpark.context(), config, data, new TrainingListener() {}).shape();
        return CheckpointFiles.withArrays(files, entry, content, shape);
    }

    @Test
    void numbersThatAreNotFiniteComeBackAsTheyWere() throws Exception {
        Path table = Trainings.write(directory.resolve("table"), Trainings.table(60, 5), 1, 4);
        LockstepConfig config = Trainings.config(EVERYTHING.formatted(table, 3, "0"));
        try (TrainingData data = Trainings.data(config)) {
            Kept kept = new Kept();
            Trainings.train(TestSpark.context(), config, data, 1, Optional.empty(), Optional.of(kept));
            Checkpoint finite = kept.all.get(kept.all.size() - 1);
            NetworkHealth odd = new NetworkHealth(
                    3, Double.POSITIVE_INFINITY, finite.health().initial().layers());
            Checkpoint strange = new Checkpoint(
                    finite.epochs(),
                    new EpochSums(
                            0, Double.NEGATIVE_INFINITY, 0, finite.current().time()),
                    finite.patienceEnded(),
                    finite.theta(),
                    finite.optimizerSteps(),
                    finite.optimizerState(),
                    finite.best()
                            .map(best ->
                                    new Checkpoint.Best(best.epoch(), OptionalDouble.of(Double.NaN), best.theta())),
                    finite.epochStart(),
                    new HealthReport(odd, List.of()),
                    7);
            Checkpoint read = throughFiles(config, data, strange, "odd");
            assertThat(read.best().orElseThrow().score().orElseThrow()).isNaN();
            assertThat(read.current().loss()).isEqualTo(Double.NEGATIVE_INFINITY);
            assertThat(read.health()).isEqualTo(strange.health());
            assertThat(read.worseSteps()).isEqualTo(7);
        }
    }
}
