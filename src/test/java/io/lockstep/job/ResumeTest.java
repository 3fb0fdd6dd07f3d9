package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code train --resume}: goes on from a checkpoint of this training, and of no other. */
class ResumeTest {
    @TempDir
    Path directory;

    private Path model;
    private Path table;
    private Path config;

    @BeforeEach
    void writeConfig() throws IOException {
        model = directory.resolve("models/m");
        table = Files.write(directory.resolve("table.csv"), rows(200));
        config = Files.writeString(directory.resolve("c.yaml"), """
                task: regression
                data: { train: %s, label: y, split: { train: 0.8, dev: 0.2 } }
                network: [{ dense: 6, activation: tanh }]
                training: { epochs: 4, batch_size: 32, early_stopping: null }
                output: %s
                """.formatted(table, model));
    }

    private static List<String> rows(int n) {
        Random random = new Random(8);
        List<String> lines = new ArrayList<>(List.of("a,b,y"));
        for (int i = 0; i < n; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            lines.add(String.format(Locale.ROOT, "%.4f,%.4f,%.4f", a, b, a - b * b));
        }
        return lines;
    }

    private CapturedRun train(String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", config.toString()));
        arguments.addAll(List.of(more));
        return CapturedRun.of(arguments.toArray(String[]::new));
    }

    private CapturedRun resume(String... sets) {
        List<String> more = new ArrayList<>(List.of("--resume"));
        for (String set : sets) {
            more.addAll(List.of("--set", set));
        }
        return train(more.toArray(String[]::new));
    }

    private String weights() throws IOException {
        return metrics().get("weights_sha256").asText();
    }

    private JsonNode metrics() throws IOException {
        return new ObjectMapper().readTree(model.resolve("metrics.json").toFile());
    }

    private List<String> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(model.resolve("checkpoints"))) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aTrainingThatIsMadeLongerEndsLikeALongOne() throws IOException {
        assertThat(train("--set", "training.epochs=9").code()).isZero();
        String expected = weights();
        JsonNode losses = metrics().get("epochs");
        assertThat(train().code()).isZero();
        assertThat(weights()).isNotEqualTo(expected);
        CapturedRun run = resume("training.epochs=9", "sync=driver", "name=longer", "checkpoint.keep=1");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("Goes on from the checkpoint after epoch 4.");
        assertThat(weights()).isEqualTo(expected);
        assertThat(metrics().get("epochs")).hasSize(9);
        for (int i = 0; i < 9; i++) {
            for (String number : List.of("train_loss", "dev_rmse", "learning_rate", "health")) {
                assertThat(metrics().get("epochs").get(i).get(number))
                        .isEqualTo(losses.get(i).get(number));
            }
        }
        assertThat(checkpoints()).containsExactly("epoch-0009");
    }

    @Test
    void whatEndedBeforeItsModelWasWrittenIsEvaluatedAndPublished() throws IOException {
        assertThat(train().code()).isZero();
        String expected = weights();
        deleteModel();
        CapturedRun run = resume();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(weights()).isEqualTo(expected);
        assertThat(metrics().get("epochs")).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.optimizer.learning_rate=0.5 | training.optimizer.learning_rate: 0.001 there, 0.5 here",
                "training.seed=2                      | training.seed: 1 there, 2 here",
                "training.clip_norm=1                 | training.clip_norm: nothing there, 1.0 here",
                "network=[{dense: 6}]                 | network[0].activation: tanh there, relu here",
                "training.epochs=2                    | training.epochs: 4 there, 2 here",
                "data.features={exclude: [a]}         | data.features.exclude[0]: nothing there, a here",
                "shards=4                             | shards: 2 there, 4 here",
                "training.loss=huber                  | training.loss: squared there, huber here",
                "initializer=he                       | initializer: xavier there, he here",
                "data.storage=sparse                  | data.storage: dense there, sparse here"
            })
    void aCheckpointOfAnotherConfigIsRefusedByWhatDiffers(String set, String difference) throws IOException {
        assertThat(train().code()).isZero();
        List<String> before = checkpoints();
        CapturedRun run = resume(set);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--resume: ", "epoch-0004 is of another config", difference);
        assertThat(run.err().strip().lines()).hasSizeLessThan(6);
        assertThat(checkpoints()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.early_stopping=auto    | training.early_stopping={metric: loss, patience: 5}",
                "training.loss=null              | training.loss=squared",
                "training.loss={name: huber}     | training.loss={name: huber, delta: 1}",
                "data.shuffle=auto               | data.shuffle=full",
                "data.storage=auto               | data.storage=dense",
                "initializer=auto                | initializer=xavier",
                "shards=auto                     | shards=2"
            })
    void aConfigThatMeansTheSameIsGoneOnFromHoweverItIsWritten(String set, String same) throws IOException {
        assertThat(train("--set", set).code()).isZero();
        deleteModel();
        assertThat(resume(same).out()).contains("Goes on from the checkpoint after epoch 4.");
        deleteModel();
        assertThat(train("--set", same).code()).isZero();
        deleteModel();
        assertThat(resume(set).out()).contains("Goes on from the checkpoint after epoch 4.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "auto | {metric: loss, patience: 6} | training.early_stopping.patience: 5 there, 6 here",
                "null | auto                        | training.early_stopping.metric: nothing there, loss here",
                "auto | null                        | training.early_stopping.metric: loss there, nothing here",
                "{metric: rmse, patience: 5} | auto | training.early_stopping.metric: rmse there, loss here"
            })
    void earlyStoppingThatComesToSomethingElseIsRefused(String there, String here, String difference)
            throws IOException {
        assertThat(train("--set", "training.early_stopping=" + there).code()).isZero();
        deleteModel();
        CapturedRun run = resume("training.early_stopping=" + here);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("is of another config", difference);
    }

    @Test
    void withoutADevSetEarlyStoppingThatIsLeftToTheDataIsNone() throws IOException {
        String split = "data.split={train: 1}";
        assertThat(train("--set", split, "--set", "training.early_stopping=auto")
                        .code())
                .isZero();
        deleteModel();
        assertThat(resume(split).out()).contains("Goes on from the checkpoint after epoch 4.");
        deleteModel();
        CapturedRun shuffled = resume(split, "data.shuffle=blocks");
        assertThat(shuffled.code()).isEqualTo(2);
        assertThat(shuffled.err()).contains("data.shuffle: full there, blocks here");
    }

    /** As if it had been killed before its model was written. */
    private void deleteModel() throws IOException {
        for (String file : List.of(
                "model.json",
                "weights.safetensors",
                "metrics.json",
                "config.yaml",
                "profile.json",
                "report.html",
                "MODEL_CARD.md")) {
            Files.delete(model.resolve(file));
        }
    }

    @Test
    void aTrainingThatHasEndedIsNoReasonNotToTrainOnNewData() throws IOException {
        assertThat(train().code()).isZero();
        Files.write(table, rows(230));
        CapturedRun nightly = resume();
        assertThat(nightly.code()).as(nightly.err()).isZero();
        assertThat(nightly.out().replaceAll("\\s+", " ")).contains("has ended, of other data (train: ");
        String weights = weights();
        assertThat(train("--set", "checkpoint=null").code()).isZero();
        assertThat(weights()).isEqualTo(weights);
    }

    @Test
    void theSameExamplesInAnotherOrderAreOtherData() throws IOException {
        List<String> lines = rows(200);
        Files.write(table, keyed(lines, 0));
        String[] byId = {"data.key=[id]", "data.features={exclude: [id]}", "data.split={train: 1}"};
        assertThat(resume(byId).code()).isZero();
        deleteModel();
        assertThat(resume(byId).code()).isZero();
        deleteModel();
        Files.write(table, keyed(lines, 1000));
        CapturedRun run = resume(byId);
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("is of other data");
    }

    /** All of them training rows, each with an id that is no feature to speak of. */
    private static List<String> keyed(List<String> lines, int first) {
        List<String> keyed = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            keyed.add(lines.get(i) + "," + (i == 0 ? "id" : Integer.toString(first + i)));
        }
        return keyed;
    }

    @Test
    void aCheckpointOfOtherDataIsRefusedByWhatDiffers() throws IOException {
        assertThat(train().code()).isZero();
        deleteModel();
        List<String> lines = rows(200);
        lines.set(7, "0.1,0.1,0.1");
        Files.write(table, lines);
        CapturedRun changed = resume();
        assertThat(changed.code()).isEqualTo(3);
        assertThat(changed.err()).contains("--resume: ", "epoch-0004 is of other data", "examples (fingerprint");
        Files.write(table, rows(230));
        CapturedRun more = resume();
        assertThat(more.code()).isEqualTo(3);
        assertThat(more.err()).contains("train: ", "dev: ");
        assertThat(checkpoints()).contains("epoch-0004");
    }

    @Test
    void theSameRowsInOtherFilesAreTheSameData() throws IOException {
        assertThat(train("--set", "training.epochs=6").code()).isZero();
        String expected = weights();
        assertThat(train().code()).isZero();
        List<String> lines = rows(200);
        Path folder = Files.createDirectory(directory.resolve("folder"));
        List<String> first = new ArrayList<>(lines.subList(100, 201));
        first.add(0, lines.get(0));
        Files.write(folder.resolve("1.csv"), first);
        Files.write(folder.resolve("2.csv"), lines.subList(0, 100));
        CapturedRun run = resume("data.train=" + folder, "data.format=csv", "training.epochs=6");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(weights()).isEqualTo(expected);
    }

    @Test
    void aDamagedCheckpointIsPassedOverAndNamed() throws IOException {
        // the last epoch's is always written; epochs as short as these may go by while one before them is
        assertThat(train("--set", "training.epochs=2").code()).isZero();
        assertThat(resume("training.epochs=3").code()).isZero();
        assertThat(resume().code()).isZero();
        String expected = weights();
        Path state = model.resolve("checkpoints/epoch-0004/state.safetensors");
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length / 2] ^= 1;
        Files.write(state, bytes);
        Files.delete(model.resolve("checkpoints/epoch-0003/checkpoint.json"));
        CapturedRun run = resume();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("The checkpoint epoch-0004 is passed over", "The checkpoint epoch-0003 is passed over")
                .contains("Goes on from the checkpoint after epoch 2.");
        assertThat(weights()).isEqualTo(expected);
        assertThat(resume().out())
                .contains("Goes on from the checkpoint after epoch 4.")
                .doesNotContain("passed over");
    }

    @Test
    void withoutACheckpointItBeginsAtTheBeginning() throws IOException {
        CapturedRun run = resume();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("There is no checkpoint to go on from");
        String resumed = weights();
        CapturedRun anew = train("--set", "checkpoint=null");
        assertThat(anew.code()).isZero();
        assertThat(weights()).isEqualTo(resumed);
    }

    @Test
    void aRunThatBeginsAnewSaysWhatBecomesOfAnUnfinishedOne() throws IOException {
        assertThat(train().code()).isZero();
        assertThat(train().out()).doesNotContain("begins anew");
        deleteModel();
        CapturedRun anew = train("--set", "training.epochs=2");
        assertThat(anew.code()).as(anew.err()).isZero();
        assertThat(anew.out().replaceAll("\\s+", " "))
                .contains("the newest is epoch-0004", "(--resume goes on from there)");
        assertThat(checkpoints()).contains("epoch-0002").doesNotContain("epoch-0004", "epoch-0003");
    }

    @Test
    void aTrainingWithoutCheckpointsLeavesNone() {
        assertThat(train("--set", "checkpoint=null").code()).isZero();
        assertThat(model.resolve("checkpoints")).doesNotExist();
    }
}
