package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.error.DataException;
import io.lockstep.testing.CopyingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On a store that renames a directory by copying its files one by one and deleting them, as S3A does. */
class ObjectStoreTest {
    private static final ModelDescription MODEL = Samples.classifier();
    private static final float[] OLD = Samples.theta(MODEL.network(), 1);
    private static final float[] NEW = Samples.theta(MODEL.network(), 2);
    private static final float[] NEXT = Samples.theta(MODEL.network(), 3);

    @TempDir
    private java.nio.file.Path root;

    private static void publish(java.nio.file.Path parent, CopyingFileSystem fs, float[] theta) throws IOException {
        ModelDirectory directory =
                ModelDirectory.at(fs, new Path(parent.resolve("m").toUri()));
        directory.checkWritable();
        try (ModelDraft draft = directory.openDraft()) {
            ModelIo.write(draft, MODEL, theta);
            draft.publish();
        }
    }

    private static CopyingFileSystem healthy(CopyingFileSystem.Order order) throws IOException {
        return new CopyingFileSystem(Integer.MAX_VALUE, order);
    }

    private static Optional<float[]> found(java.nio.file.Path parent, CopyingFileSystem.Order order)
            throws IOException {
        try {
            return Optional.of(ModelIo.read(ModelDirectory.at(
                            healthy(order), new Path(parent.resolve("m").toUri())))
                    .theta());
        } catch (DataException e) {
            assertThat(e).hasMessageContaining("expected a model directory, found");
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEndBetweenAnyTwoFilesLeavesTheOldOrTheNewModelWhole(CopyingFileSystem.Order order) throws IOException {
        java.nio.file.Path whole = Files.createDirectory(root.resolve("whole"));
        publish(whole, healthy(order), OLD);
        withCheckpoint(whole);
        CopyingFileSystem counting = healthy(order);
        publish(whole, counting, NEW);
        assertThat(counting.operations()).isGreaterThan(8);
        int kept = 0;
        int replaced = 0;
        for (int k = 1; k <= counting.operations(); k++) {
            java.nio.file.Path parent = Files.createDirectory(root.resolve("at-" + k));
            publish(parent, healthy(order), OLD);
            withCheckpoint(parent);
            try {
                publish(parent, new CopyingFileSystem(k, order), NEW);
            } catch (IOException | RuntimeException e) {
                assertThat(e).hasMessageContaining("injected");
            }
            Optional<float[]> theta = found(parent, order);
            assertThat(theta).as("at operation %d", k).isPresent();
            boolean isNew = Arrays.equals(theta.get(), NEW);
            assertThat(isNew || Arrays.equals(theta.get(), OLD)).isTrue();
            kept += isNew ? 0 : 1;
            replaced += isNew ? 1 : 0;

            publish(parent, healthy(order), NEXT);
            assertThat(found(parent, order).orElseThrow()).containsExactly(NEXT);
            assertThat(parent.resolve("m/checkpoints/epoch-0001/state"))
                    .as("at operation %d", k)
                    .hasContent("step");
        }
        assertThat(kept).isPositive();
        assertThat(replaced).isPositive();
    }

    private static void withCheckpoint(java.nio.file.Path parent) throws IOException {
        java.nio.file.Path epoch = Files.createDirectories(parent.resolve("m/checkpoints/epoch-0001"));
        Files.writeString(epoch.resolve("state"), "step");
    }
}
