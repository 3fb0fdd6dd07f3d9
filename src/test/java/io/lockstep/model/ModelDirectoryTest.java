package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {

    private static final ModelDescription MODEL = Samples.classifier();
    private static final float[] THETA = Samples.theta(MODEL.network(), 1);

    @TempDir
    Path root;

    @Test
    void aPublishedModelIsReadAndHoldsNothingElse() throws Exception {
        String sha256 = publish(root.resolve("a/b/m"), THETA);
        assertThat(names(root.resolve("a/b"))).containsExactly("m");
        assertThat(names(root.resolve("a/b/m"))).containsExactly("model.json", "weights.safetensors");
        byte[] weights = Files.readAllBytes(root.resolve("a/b/m/weights.safetensors"));
        assertThat(sha256)
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(weights)));

        LoadedModel model = ModelIo.read(root.resolve("a/b/m").toString(), new Configuration());
        assertThat(model.description()).isEqualTo(MODEL);
        assertThat(model.theta()).containsExactly(THETA);
        assertThat(model.weightsSha256()).isEqualTo(sha256);
    }

    @Test
    void publishingReplacesAllButTheCheckpoints() throws IOException {
        Path m = root.resolve("m");
        publish(m, THETA);
        Files.writeString(m.resolve("report.html"), "old");
        Files.createDirectory(m.resolve("checkpoints"));
        float[] other = Samples.theta(MODEL.network(), 2);
        publish(m, other);
        assertThat(names(m)).containsExactly("checkpoints", "model.json", "weights.safetensors");
        assertThat(ModelIo.read(directory(m)).theta()).containsExactly(other);
    }

    @Test
    void aDraftThatIsNotPublishedLeavesNothing() throws IOException {
        publish(root.resolve("m"), THETA);
        try (ModelDraft draft = directory(root.resolve("m")).openDraft()) {
            ModelIo.write(draft, MODEL, Samples.theta(MODEL.network(), 2));
            assertThat(names(root)).hasSize(2);
        }
        assertThat(names(root)).containsExactly("m");
        assertThat(ModelIo.read(directory(root.resolve("m"))).theta()).containsExactly(THETA);
    }

    @Test
    void aNewModelThatIsDamagedIsPassedOverForTheOneBefore() throws IOException {
        Path target = root.resolve("m");
        publish(target, THETA);
        Files.createDirectories(target.resolve("checkpoints/epoch-0001"));
        Path previous = root.resolve(".m.previous");
        Files.move(target, previous);
        publish(root.resolve("other"), Samples.theta(MODEL.network(), 2));
        Files.move(root.resolve("other"), target);
        byte[] weights = Files.readAllBytes(target.resolve("weights.safetensors"));
        for (int length : new int[] {0, 7, weights.length / 2, weights.length - 1}) {
            Files.write(target.resolve("weights.safetensors"), Arrays.copyOf(weights, length));
            LoadedModel read = ModelIo.read(directory(target));
            assertThat(read.theta()).containsExactly(THETA);
            assertThat(read.passedOver().orElseThrow())
                    .contains("weights.safetensors", "The model before it is used", ".m.previous");
        }
        directory(target).checkWritable();
        assertThat(names(root)).containsExactly("m");
        assertThat(ModelIo.read(directory(target)).theta()).containsExactly(THETA);
        assertThat(ModelIo.read(directory(target)).passedOver()).isEmpty();
        assertThat(target.resolve("checkpoints/epoch-0001")).isDirectory();
    }

    @Test
    void aNewModelThatIsWholeReplacesTheOneBeforeAfterACrash() throws IOException {
        Path target = root.resolve("m");
        publish(target, THETA);
        Files.move(target, root.resolve(".m.previous"));
        float[] next = Samples.theta(MODEL.network(), 2);
        publish(root.resolve("other"), next);
        Files.move(root.resolve("other"), target);
        assertThat(ModelIo.read(directory(target)).theta()).containsExactly(next);
        directory(target).checkWritable();
        assertThat(names(root)).containsExactly("m");
        assertThat(ModelIo.read(directory(target)).theta()).containsExactly(next);
    }

    @Test
    void aDamagedModelWithNoneBeforeItIsRefused() throws IOException {
        Path target = root.resolve("m");
        publish(target, THETA);
        Files.delete(target.resolve("weights.safetensors"));
        assertThatThrownBy(() -> ModelIo.read(directory(target)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("weights.safetensors");
    }

    @Test
    void aDraftWithoutDescriptionIsNotPublished() throws IOException {
        try (ModelDraft draft = directory(root.resolve("m")).openDraft()) {
            assertThatThrownBy(draft::publish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a draft without model.json is no model");
        }
        assertThat(names(root)).isEmpty();
    }

    @Test
    void aDirectoryThatIsNoModelIsLeftAlone() throws IOException {
        Path precious = Files.createDirectory(root.resolve("m"));
        Files.writeString(precious.resolve("thesis.txt"), "ten years");
        String message = "exists and is not a model directory (no model.json in it)";
        assertThatThrownBy(() -> directory(precious).checkWritable())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("output: ")
                .hasMessageContaining(message);
        assertThatThrownBy(() -> publish(precious, THETA))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("The new model stays in ");
        assertThat(precious.resolve("thesis.txt")).hasContent("ten years");
        assertThat(names(precious)).containsExactly("thesis.txt");
    }

    @Test
    void aTargetThatIsAFileIsRefused() throws IOException {
        Files.writeString(root.resolve("m"), "x");
        assertThatThrownBy(() -> directory(root.resolve("m")).checkWritable())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("/m exists and is not a model directory but a file");
        assertThat(root.resolve("m")).hasContent("x");
    }

    @Test
    void aParentThatIsAFileIsRefusedWithTheReason() throws IOException {
        Files.writeString(root.resolve("f"), "x");
        assertThatThrownBy(() -> directory(root.resolve("f/sub/m")).checkWritable())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("output: cannot write to ")
                .hasMessageContaining("f/sub for the model m: ")
                .hasMessageContaining("not a directory");
    }

    @Test
    void aPlaceWhereNobodyCanWriteIsRefused() {
        assertThatThrownBy(() -> directory(Path.of("/proc/lockstep/m")).checkWritable())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("output: cannot write to file:/proc/lockstep for the model m: ");
    }

    @Test
    void aFileSystemThatRefusesAnyStepOfTheProbeIsRefusedBeforeTraining() throws IOException {
        org.apache.hadoop.fs.Path m =
                new org.apache.hadoop.fs.Path(root.resolve("m").toUri());
        // mkdirs of the parent, create, close, delete
        for (int k = 1; k <= 4; k++) {
            FaultyFileSystem fs = FaultyFileSystem.at(k, FaultyFileSystem.Fault.FAILS);
            assertThatThrownBy(() -> ModelDirectory.at(fs, m).checkWritable())
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("injected before operation " + k);
        }
    }

    @Test
    void acceptablePlacesStayAsTheyAre() throws IOException {
        publish(root.resolve("model"), THETA);
        Files.createDirectory(root.resolve("empty"));
        Files.createDirectories(root.resolve("started/checkpoints/epoch-0001"));
        for (String name : List.of("model", "empty", "started", "absent")) {
            directory(root.resolve(name)).checkWritable();
        }
        assertThat(names(root)).containsExactly("empty", "model", "started");
        publish(root.resolve("empty"), THETA);
        publish(root.resolve("started"), THETA);
        assertThat(names(root.resolve("empty"))).containsExactly("model.json", "weights.safetensors");
        assertThat(names(root.resolve("started"))).containsExactly("checkpoints", "model.json", "weights.safetensors");
        assertThat(names(root)).containsExactly("empty", "model", "started");
    }

    @Test
    void parentsAreMadeBeforeTraining() throws IOException {
        directory(root.resolve("a/b/m")).checkWritable();
        assertThat(names(root.resolve("a/b"))).isEmpty();
    }

    @Test
    void aModelThatACrashLeftAsPreviousIsReadAndPutBack() throws IOException {
        publish(root.resolve("m"), THETA);
        Files.move(root.resolve("m"), root.resolve(".m.previous"));
        assertThat(directory(root.resolve("m")).locate().getName()).isEqualTo(".m.previous");
        assertThat(ModelIo.read(directory(root.resolve("m"))).theta()).containsExactly(THETA);
        assertThat(names(root)).as("readers change nothing").containsExactly(".m.previous");
        directory(root.resolve("m")).checkWritable();
        assertThat(names(root)).containsExactly("m");
    }

    @Test
    void aPreviousModelBesideADirectoryThatIsNoneIsForTheUserToDecide() throws IOException {
        publish(root.resolve("m"), THETA);
        Files.move(root.resolve("m"), root.resolve(".m.previous"));
        Files.createDirectories(root.resolve("m/checkpoints"));
        Files.writeString(root.resolve("m/thesis.txt"), "ten years");
        assertThatThrownBy(() -> directory(root.resolve("m")).checkWritable())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("an interrupted run left a model in")
                .hasMessageContaining(".m.previous; delete the one that you do not want");
        assertThat(ModelIo.read(directory(root.resolve("m"))).theta()).containsExactly(THETA);
    }

    @Test
    void onlyThisTargetsOldDraftsAreDeleted() throws IOException {
        FileTime twoDaysAgo = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        for (String name : List.of(
                ".m.new-0123456789abcdef",
                ".m.new-x.previous",
                ".m.new-x.new-0123456789abcdef",
                ".k.new-0123456789abcdef")) {
            Files.createDirectory(root.resolve(name));
            Files.writeString(root.resolve(name).resolve("model.json"), "{}");
            Files.setLastModifiedTime(root.resolve(name), twoDaysAgo);
        }
        Files.createDirectory(root.resolve(".m.new-fedcba9876543210"));
        directory(root.resolve("m")).checkWritable();
        assertThat(names(root))
                .containsExactly(
                        ".k.new-0123456789abcdef",
                        ".m.new-fedcba9876543210",
                        ".m.new-x.new-0123456789abcdef",
                        ".m.new-x.previous");
    }

    @Test
    void aMissingModelIsNamedWithWhatToDo() throws IOException {
        Files.createDirectory(root.resolve("empty"));
        assertThatThrownBy(() -> ModelIo.read(directory(root.resolve("absent"))))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith("absent: expected a model directory, found nothing; train a model there first");
        assertThatThrownBy(() -> ModelIo.read(directory(root.resolve("empty"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("empty: expected a model directory, found no model.json in it");
    }

    @Test
    void aDamagedOrForeignWeightIsRefusedByItsChecksum() throws IOException {
        publish(root.resolve("m"), THETA);
        Path weights = root.resolve("m/weights.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        assertThatThrownBy(() -> ModelIo.read(directory(root.resolve("m"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("weights.safetensors: expected the SHA-256 ")
                .hasMessageContaining("damaged or of another model");
        Files.delete(weights);
        assertThatThrownBy(() -> ModelIo.read(directory(root.resolve("m"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("weights.safetensors: cannot be read: ");
    }

    @Test
    void aDescriptionLargerThanAnyIsNotRead() throws IOException {
        publish(root.resolve("m"), THETA);
        try (java.io.RandomAccessFile file =
                new java.io.RandomAccessFile(root.resolve("m/model.json").toFile(), "rw")) {
            file.setLength(ModelIo.MAX_MODEL_JSON_BYTES + 1);
        }
        assertThatThrownBy(() -> ModelIo.read(directory(root.resolve("m"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("model.json: expected at most 268435456 bytes, found 268435457");
    }

    @Test
    void aPathThatHadoopCannotUseIsRefused() {
        for (String path : List.of("", "nosuch://host/m", "/")) {
            assertThatThrownBy(() -> ModelDirectory.at(path, new Configuration()))
                    .isInstanceOf(ConfigException.class);
        }
        assertThatThrownBy(() -> ModelDirectory.at("nosuch://host/m", new Configuration()))
                .hasMessageContaining("No FileSystem for scheme \"nosuch\"");
    }

    @Test
    void aPathOfAUriWithASlashAtItsEndNamesTheSamePlace() throws IOException {
        org.apache.hadoop.fs.Path slash = new org.apache.hadoop.fs.Path(
                Files.createDirectory(root.resolve("m")).toUri());
        assertThat(slash.toString()).endsWith("/");
        assertThat(ModelDirectory.at(slash.getFileSystem(new Configuration()), slash)
                        .path())
                .isEqualTo(directory(root.resolve("m")).path());
    }

    @Test
    void otherFilesAreWrittenThroughTheDraft() throws IOException {
        try (ModelDraft draft = directory(root.resolve("m")).openDraft()) {
            ModelIo.write(draft, MODEL, THETA);
            try (OutputStream out = draft.create("metrics.json")) {
                out.write('{');
                out.write("}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            draft.publish();
            assertThatThrownBy(() -> draft.create("late")).isInstanceOf(IllegalStateException.class);
        }
        assertThat(root.resolve("m/metrics.json")).hasContent("{}");
    }

    private static ModelDirectory directory(Path path) {
        // Hadoop's usual local file system, the one with .crc files
        return ModelDirectory.at(path.toString(), new Configuration());
    }

    private static String publish(Path path, float[] theta) throws IOException {
        try (ModelDraft draft = directory(path).openDraft()) {
            String sha256 = ModelIo.write(draft, MODEL, theta);
            draft.publish();
            return sha256;
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
