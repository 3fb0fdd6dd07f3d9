package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.testing.CopyingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pointer that is written anew names the old or the new thing, wherever the writing ends and whenever it is read. */
class PointerFileTest {
    @TempDir
    java.nio.file.Path root;

    private static PointerFile pointer(FileSystem fs, java.nio.file.Path folder) {
        return new PointerFile(fs, new Path(folder.resolve("CURRENT").toUri()));
    }

    private java.nio.file.Path folder(String name) throws IOException {
        return Files.createDirectory(root.resolve(name));
    }

    @ParameterizedTest
    @EnumSource(FaultyFileSystem.Fault.class)
    void aWriteThatEndsAnywhereLeavesTheOldOrTheNewText(FaultyFileSystem.Fault fault) throws IOException {
        FaultyFileSystem counting = FaultyFileSystem.healthy();
        java.nio.file.Path whole = folder("whole");
        pointer(counting, whole).write("old\n");
        int before = counting.mutations();
        pointer(counting, whole).write("new\n");
        int operations = counting.mutations() - before;
        assertThat(operations).isGreaterThanOrEqualTo(3);
        int kept = 0;
        for (int k = 1; k <= operations; k++) {
            java.nio.file.Path folder = folder(fault + "-" + k);
            pointer(FaultyFileSystem.healthy(), folder).write("old\n");
            boolean said = writes(pointer(FaultyFileSystem.at(k, fault), folder));
            String found = pointer(FaultyFileSystem.healthy(), folder).read().orElseThrow();
            assertThat(found).as("%s at operation %d", fault, k).isIn("old\n", "new\n");
            assertThat(said && found.equals("old\n"))
                    .as("what is reported as written is")
                    .isFalse();
            assertThat(!said && found.equals("new\n") && fault == FaultyFileSystem.Fault.FAILS)
                    .as("what is reported as failed is not written")
                    .isFalse();
            kept += found.equals("old\n") ? 1 : 0;
            pointer(FaultyFileSystem.healthy(), folder).write("next\n");
            assertThat(folder.resolve("CURRENT")).hasContent("next\n");
        }
        assertThat(kept).isPositive();
    }

    @Test
    void onAStoreThatCannotReplaceAFileInOneStepTheOldTextStandsAsideMeanwhile() throws IOException {
        CopyingFileSystem counting = new CopyingFileSystem(Integer.MAX_VALUE, CopyingFileSystem.Order.BY_NAME);
        java.nio.file.Path whole = folder("whole");
        pointer(counting, whole).write("old\n");
        int before = counting.operations();
        pointer(counting, whole).write("new\n");
        int operations = counting.operations() - before;
        assertThat(operations).isGreaterThanOrEqualTo(4);
        int kept = 0;
        int replaced = 0;
        for (int k = 1; k <= operations; k++) {
            java.nio.file.Path folder = folder("at-" + k);
            CopyingFileSystem healthy = new CopyingFileSystem(Integer.MAX_VALUE, CopyingFileSystem.Order.BY_NAME);
            pointer(healthy, folder).write("old\n");
            writes(pointer(new CopyingFileSystem(k, CopyingFileSystem.Order.BY_NAME), folder));
            String found = pointer(healthy, folder).read().orElseThrow();
            assertThat(found).as("at operation %d", k).isIn("old\n", "new\n");
            kept += found.equals("old\n") ? 1 : 0;
            replaced += found.equals("new\n") ? 1 : 0;
            pointer(healthy, folder).write("next\n");
            assertThat(folder.resolve("CURRENT")).hasContent("next\n");
            assertThat(folder.resolve(".CURRENT.previous")).doesNotExist();
        }
        assertThat(kept).isPositive();
        assertThat(replaced).isPositive();
    }

    @Test
    void onALocalDiskThereIsNoMomentWithoutIt() throws IOException {
        java.nio.file.Path folder = folder("local");
        pointer(FaultyFileSystem.healthy(), folder).write("old\n");
        FaultyFileSystem fs = FaultyFileSystem.healthy();
        fs.beforeEachMutation(
                () -> assertThat(folder.resolve("CURRENT")).content().isIn("old\n", "new\n"));
        pointer(fs, folder).write("new\n");
        assertThat(folder.resolve("CURRENT")).hasContent("new\n");
        try (Stream<java.nio.file.Path> files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void whatWasNeverWrittenIsNotThere() throws IOException {
        assertThat(pointer(FaultyFileSystem.healthy(), root.resolve("none")).read())
                .isEmpty();
    }

    private static boolean writes(PointerFile pointer) {
        try {
            pointer.write("new\n");
            return true;
        } catch (IOException e) {
            assertThat(e.getMessage()).containsAnyOf("injected", "could not rename", "could not delete");
            return false;
        }
    }
}
