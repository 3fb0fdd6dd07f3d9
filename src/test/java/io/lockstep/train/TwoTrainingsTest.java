package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Entry;
import io.lockstep.model.ModelDirectory;
import io.lockstep.testing.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two trainings with one output at a time: the one that began last has its checkpoints there, the other has none. */
class TwoTrainingsTest {
    private static final long MINUTES = 3;

    @TempDir
    Path directory;

    private ModelDirectory output() {
        return ModelDirectory.at(directory.resolve("model").toString(), new Configuration());
    }

    private TrainingResult train(LockstepConfig config, TrainingListener listener) {
        ResumableTraining training = new ResumableTraining(config, output(), Map.of(), sentence -> {});
        training.beginAnew();
        try (TrainingData data = Trainings.data(config)) {
            return training.train(new Trainer(TestSpark.context(), config, data, listener, 1), data);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(MINUTES, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theFirstGoesOnWithoutCheckpointsWhenTheSecondBegins() throws Exception {
        Path table = Trainings.write(directory.resolve("table"), Trainings.table(120, 5), 1, 4);
        String yaml = """
                task: classification
                data: { train: %s, format: csv, label: kind }
                network: [{ dense: 5 }]
                training: { epochs: 4, batch_size: 20, early_stopping: null, seed: %d }
                sync: driver
                """;
        LockstepConfig first = Trainings.config(yaml.formatted(table, 1));
        LockstepConfig second = Trainings.config(yaml.formatted(table, 2));
        CountDownLatch secondHasBegun = new CountDownLatch(1);
        CountDownLatch firstHasEnded = new CountDownLatch(1);
        List<String> toldToSecond = new ArrayList<>();
        FutureTask<TrainingResult> running = new FutureTask<>(() -> train(second, new TrainingListener() {
            @Override
            public void epochEnded(EpochRecord epoch) {
                secondHasBegun.countDown();
                await(firstHasEnded);
            }

            @Override
            public void checkpointFailed(String trouble) {
                toldToSecond.add(trouble);
            }
        }));
        List<String> toldToFirst = new ArrayList<>();
        TrainingResult result = train(first, new TrainingListener() {
            @Override
            public void epochEnded(EpochRecord epoch) {
                if (epoch.epoch() == 2) {
                    new Thread(running, "second-training").start();
                    await(secondHasBegun);
                }
            }

            @Override
            public void checkpointFailed(String trouble) {
                toldToFirst.add(trouble);
            }
        });
        firstHasEnded.countDown();
        TrainingResult other = running.get(MINUTES, TimeUnit.MINUTES);

        assertThat(toldToFirst).singleElement().asString().startsWith("another training has begun to write");
        assertThat(toldToSecond).isEmpty();
        assertThat(Arrays.equals(result.theta(), Trainings.train(first).result().theta()))
                .isTrue();
        assertThat(Arrays.equals(other.theta(), Trainings.train(second).result().theta()))
                .isTrue();
        CheckpointDirectory checkpoints = new CheckpointDirectory(output());
        List<Entry> entries = checkpoints.entries();
        assertThat(entries.get(0).name()).isEqualTo("epoch-0004");
        for (Entry entry : entries) {
            assertThat(CheckpointFiles.json(checkpoints, entry).identity().config())
                    .containsEntry("training.seed", "2");
        }
        new ResumableTraining(second, output(), Map.of(), sentence -> {}).findNewest();
        assertThatThrownBy(() -> new ResumableTraining(first, output(), Map.of(), sentence -> {}).findNewest())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("training.seed: 2 there, 1 here");
    }
}
