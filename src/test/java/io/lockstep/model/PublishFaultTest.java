package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A publish that ends at any of its operations, in any way, leaves the whole old or the whole new model. */
class PublishFaultTest {

    private static final ModelDescription MODEL = Samples.classifier();
    private static final float[] OLD = Samples.theta(MODEL.network(), 1);
    private static final float[] NEW = Samples.theta(MODEL.network(), 2);
    private static final float[] NEXT = Samples.theta(MODEL.network(), 3);

    @TempDir
    java.nio.file.Path root;

    @ParameterizedTest
    @EnumSource(FaultyFileSystem.Fault.class)
    void replacingAModelLeavesTheOldOrTheNewOne(FaultyFileSystem.Fault fault) throws IOException {
        int operations = operations(true);
        assertThat(operations).isGreaterThanOrEqualTo(9);
        int completed = 0;
        int kept = 0;
        for (int k = 1; k <= operations; k++) {
            java.nio.file.Path parent = Files.createDirectory(root.resolve(fault + "-" + k));
            publishHealthy(parent, OLD);
            writeCheckpoint(parent);
            boolean published = publish(parent, FaultyFileSystem.at(k, fault), NEW);

            Optional<float[]> found = found(parent);
            assertThat(found).as("%s at operation %d", fault, k).isPresent();
            boolean isNew = Arrays.equals(found.get(), NEW);
            assertThat(isNew || Arrays.equals(found.get(), OLD)).isTrue();
            assertThat(isNew || !published)
                    .as("what is reported as published is")
                    .isTrue();
            completed += isNew ? 1 : 0;
            kept += isNew ? 0 : 1;
            assertNextRunTidiesUp(parent);
            assertThat(parent.resolve("m/checkpoints/epoch-0001/state"))
                    .as("%s at operation %d", fault, k)
                    .hasContent("step");
        }
        assertThat(completed)
                .as("a test that never reaches the last steps shows nothing")
                .isPositive();
        assertThat(kept).isPositive();
    }

    @ParameterizedTest
    @EnumSource(FaultyFileSystem.Fault.class)
    void publishingTheFirstModelLeavesNoneOrAWholeOne(FaultyFileSystem.Fault fault) throws IOException {
        for (int k = 1; k <= operations(false); k++) {
            java.nio.file.Path parent = Files.createDirectory(root.resolve(fault + "-" + k));
            boolean published = publish(parent, FaultyFileSystem.at(k, fault), NEW);
            Optional<float[]> found = found(parent);
            if (found.isPresent()) {
                assertThat(found.get()).containsExactly(NEW);
            } else {
                assertThat(published).isFalse();
            }
            assertNextRunTidiesUp(parent);
        }
    }

    @Test
    void aReaderBetweenAnyTwoOperationsSeesAWholeModel() throws IOException {
        java.nio.file.Path parent = Files.createDirectory(root.resolve("between"));
        publishHealthy(parent, OLD);
        writeCheckpoint(parent);
        FaultyFileSystem fs = FaultyFileSystem.healthy();
        int[] seen = new int[2];
        fs.beforeEachMutation(() -> {
            float[] found = found(parent).orElseThrow();
            boolean isNew = Arrays.equals(found, NEW);
            assertThat(isNew || Arrays.equals(found, OLD)).isTrue();
            assertThat(isNew || seen[1] == 0).as("never back to the old one").isTrue();
            seen[isNew ? 1 : 0]++;
        });
        assertThat(publish(parent, fs, NEW)).isTrue();
        assertThat(seen[0]).isPositive();
        assertThat(seen[1]).isPositive();
    }

    @Test
    void aReaderWhoseModelIsReplacedBetweenItsTwoFilesGetsTheNewOne() throws IOException {
        for (String file : new String[] {ModelDirectory.MODEL_JSON, ModelDirectory.WEIGHTS}) {
            java.nio.file.Path parent = Files.createDirectory(root.resolve("during-" + file));
            publishHealthy(parent, OLD);
            FaultyFileSystem fs = FaultyFileSystem.healthy();
            fs.whenOpened(path -> path.getName().equals(file), () -> publishHealthy(parent, NEW));
            assertThat(ModelIo.read(ModelDirectory.at(fs, target(parent))).theta())
                    .containsExactly(NEW);
        }
    }

    @Test
    void aFailedPublishSaysWhereTheNewModelIs() throws IOException {
        java.nio.file.Path parent = Files.createDirectory(root.resolve("says"));
        publishHealthy(parent, OLD);
        // mkdirs, two files created and closed, the rename of the old model, then that of the draft
        FaultyFileSystem fs = FaultyFileSystem.at(7, FaultyFileSystem.Fault.FAILS);
        Path[] draftPath = new Path[1];
        assertThatThrownBy(() -> {
                    try (ModelDraft draft =
                            ModelDirectory.at(fs, target(parent)).openDraft()) {
                        draftPath[0] = draft.path();
                        ModelIo.write(draft, MODEL, NEW);
                        draft.publish();
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("output: could not publish")
                .hasMessageContaining("injected before operation 7")
                .hasMessageContaining("What was there is there still; the new model stays in " + draftPath[0]);
        assertThat(found(parent).orElseThrow()).containsExactly(OLD);
        assertThat(parent.resolve("m"))
                .as("put back at once, not by the next run")
                .isDirectory();
        assertThat(ModelIo.read(ModelDirectory.at(FaultyFileSystem.healthy(), draftPath[0]))
                        .theta())
                .containsExactly(NEW);
    }

    /** How many operations change something, opening to closing, without a fault. */
    private int operations(boolean replacing) throws IOException {
        java.nio.file.Path parent = Files.createTempDirectory(root, "healthy");
        if (replacing) {
            publishHealthy(parent, OLD);
            writeCheckpoint(parent);
        }
        FaultyFileSystem fs = FaultyFileSystem.healthy();
        assertThat(publish(parent, fs, NEW)).isTrue();
        return fs.mutations();
    }

    private static void assertNextRunTidiesUp(java.nio.file.Path parent) throws IOException {
        publishHealthy(parent, NEXT);
        assertThat(found(parent).orElseThrow()).containsExactly(NEXT);
        try (Stream<java.nio.file.Path> entries = Files.list(parent)) {
            // drafts that a crash left stay for a day: another machine's clock may differ
            assertThat(entries.map(path -> path.getFileName().toString()).filter(name -> !name.startsWith(".m.new-")))
                    .containsExactly("m");
        }
    }

    private static void writeCheckpoint(java.nio.file.Path parent) throws IOException {
        java.nio.file.Path epoch = Files.createDirectories(parent.resolve("m/checkpoints/epoch-0001"));
        Files.writeString(epoch.resolve("state"), "step");
    }

    private static void publishHealthy(java.nio.file.Path parent, float[] theta) throws IOException {
        ModelDirectory directory = ModelDirectory.at(FaultyFileSystem.healthy(), target(parent));
        directory.checkWritable();
        try (ModelDraft draft = directory.openDraft()) {
            ModelIo.write(draft, MODEL, theta);
            draft.publish();
        }
    }

    private static boolean publish(java.nio.file.Path parent, FaultyFileSystem fs, float[] theta) {
        boolean published = false;
        try (ModelDraft draft = ModelDirectory.at(fs, target(parent)).openDraft()) {
            ModelIo.write(draft, MODEL, theta);
            draft.publish();
            published = true;
        } catch (IOException e) {
            assertThat(e.getMessage()).containsAnyOf("injected", "cannot make", "could not rename", "could not delete");
        }
        return published;
    }

    /** What a reader finds; a damaged model is a fault of the test. */
    private static Optional<float[]> found(java.nio.file.Path parent) {
        try {
            ModelDirectory directory = ModelDirectory.at(FaultyFileSystem.healthy(), target(parent));
            try {
                directory.locate();
            } catch (DataException e) {
                assertThat(e).hasMessageContaining("expected a model directory, found");
                return Optional.empty();
            }
            LoadedModel model = ModelIo.read(directory);
            assertThat(model.description()).isEqualTo(MODEL);
            return Optional.of(model.theta());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path target(java.nio.file.Path parent) {
        return new Path(parent.resolve("m").toUri());
    }
}
