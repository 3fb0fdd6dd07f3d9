package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
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

    /** In which order the files of a directory are copied and deleted. */
    private enum Order {
        BY_NAME,
        REVERSED
    }

    /** The local disk as such a store; from its chosen operation on a file everything fails. */
    private static final class CopyingFileSystem extends FilterFileSystem {
        private final int chosen;
        private final Order order;
        private int operations;

        CopyingFileSystem(int chosen, Order order) throws IOException {
            super(raw());
            this.chosen = chosen;
            this.order = order;
        }

        private static RawLocalFileSystem raw() throws IOException {
            RawLocalFileSystem raw = new RawLocalFileSystem();
            raw.initialize(URI.create("file:///"), new Configuration(false));
            return raw;
        }

        private void begin() throws IOException {
            operations++;
            if (operations >= chosen) {
                throw new IOException("injected before operation " + operations);
            }
        }

        private List<java.nio.file.Path> files(java.nio.file.Path folder) throws IOException {
            Comparator<java.nio.file.Path> byName = Comparator.naturalOrder();
            try (Stream<java.nio.file.Path> files = Files.walk(folder)) {
                return files.filter(Files::isRegularFile)
                        .sorted(order == Order.BY_NAME ? byName : byName.reversed())
                        .toList();
            }
        }

        private static java.nio.file.Path local(Path path) {
            return java.nio.file.Path.of(path.toUri().getPath());
        }

        @Override
        public boolean rename(Path from, Path to) throws IOException {
            java.nio.file.Path source = local(from);
            java.nio.file.Path target = local(to);
            if (!Files.exists(source)) {
                throw new FileNotFoundException(source.toString());
            }
            if (Files.exists(target)) {
                return false;
            }
            for (java.nio.file.Path file : files(source)) {
                begin();
                java.nio.file.Path copy = target.resolve(source.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
            return delete(from, true);
        }

        @Override
        public boolean delete(Path path, boolean recursive) throws IOException {
            java.nio.file.Path local = local(path);
            if (!Files.exists(local)) {
                return false;
            }
            for (java.nio.file.Path file : files(local)) {
                begin();
                Files.delete(file);
                removeEmpty(file.getParent(), local);
            }
            return super.delete(path, true);
        }

        /** A store has no directories but those that its files are in. */
        private static void removeEmpty(java.nio.file.Path folder, java.nio.file.Path last) throws IOException {
            for (java.nio.file.Path each = folder; each.startsWith(last); each = each.getParent()) {
                try (Stream<java.nio.file.Path> inside = Files.list(each)) {
                    if (inside.findAny().isPresent()) {
                        return;
                    }
                }
                Files.delete(each);
            }
        }
    }

    private static void publish(java.nio.file.Path parent, CopyingFileSystem fs, float[] theta) throws IOException {
        ModelDirectory directory =
                ModelDirectory.at(fs, new Path(parent.resolve("m").toUri()));
        directory.checkWritable();
        try (ModelDraft draft = directory.openDraft()) {
            ModelIo.write(draft, MODEL, theta);
            draft.publish();
        }
    }

    private static CopyingFileSystem healthy(Order order) throws IOException {
        return new CopyingFileSystem(Integer.MAX_VALUE, order);
    }

    private static Optional<float[]> found(java.nio.file.Path parent, Order order) throws IOException {
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
    void anEndBetweenAnyTwoFilesLeavesTheOldOrTheNewModelWhole(Order order) throws IOException {
        java.nio.file.Path whole = Files.createDirectory(root.resolve("whole"));
        publish(whole, healthy(order), OLD);
        withCheckpoint(whole);
        CopyingFileSystem counting = healthy(order);
        publish(whole, counting, NEW);
        assertThat(counting.operations).isGreaterThan(8);
        int kept = 0;
        int replaced = 0;
        for (int k = 1; k <= counting.operations; k++) {
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
