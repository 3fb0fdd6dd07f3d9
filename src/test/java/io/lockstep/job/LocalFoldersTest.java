package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFoldersTest {
    @TempDir
    Path parent;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void foldersGoWithAllThatIsInThem() throws IOException {
        Path other = parent.resolve("other");
        try (LocalFolders folders = LocalFolders.in(List.of(parent.resolve("a"), other))) {
            String[] local = folders.sparkLocalDir().split(",", -1);
            assertThat(local).hasSize(2);
            Files.createDirectories(Path.of(local[0], "blockmgr", "00"));
            Files.writeString(Path.of(local[0], "blockmgr", "00", "rdd"), "rows");
            assertThat(Path.of(local[1])).isDirectory().hasParent(other);
        }
        assertThat(parent.resolve("a")).isEmptyDirectory();
        assertThat(other).isEmptyDirectory();
    }

    @Test
    void whatAnotherOneUsesStays() throws IOException {
        try (LocalFolders first = LocalFolders.in(List.of(parent))) {
            try (LocalFolders second = LocalFolders.in(List.of(parent))) {
                assertThat(second.sparkLocalDir()).isNotEqualTo(first.sparkLocalDir());
            }
            assertThat(Path.of(first.sparkLocalDir())).isDirectory();
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void whatOnlyLooksAlikeStaysAndLinksAreNotFollowed() throws IOException {
        Path precious = Files.writeString(
                Files.createDirectory(parent.resolve("precious")).resolve("file"), "kept");
        Files.createDirectory(parent.resolve("lockstep-local-1"));
        // left over, with a link out of it
        Files.createFile(parent.resolve("lockstep-local-2.lock"));
        Path left = Files.createDirectory(parent.resolve("lockstep-local-2"));
        Files.createSymbolicLink(left.resolve("link"), precious.getParent());
        // a link that claims to be a left-over folder
        Files.createFile(parent.resolve("lockstep-local-3.lock"));
        Files.createSymbolicLink(parent.resolve("lockstep-local-3"), precious.getParent());
        LocalFolders.in(List.of(parent)).close();
        assertThat(precious).hasContent("kept");
        assertThat(names()).containsExactly("lockstep-local-1", "lockstep-local-3", "precious");
    }

    /** Holds a folder until it is killed. Argument: where. */
    static final class Victim {
        public static void main(String[] arguments) throws IOException, InterruptedException {
            LocalFolders folders = LocalFolders.in(List.of(Path.of(arguments[0])));
            Files.writeString(Path.of(folders.sparkLocalDir(), "rows"), "rows");
            System.out.println(folders.sparkLocalDir());
            System.out.flush();
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void theNextOneRemovesWhatAKilledOneLeft() throws IOException, InterruptedException {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            Path used = Path.of(out.readLine());
            LocalFolders.in(List.of(parent)).close();
            assertThat(used.resolve("rows")).as("it lives").hasContent("rows");
            victim.destroyForcibly().waitFor();
            assertThat(used.resolve("rows")).as("it was killed").hasContent("rows");
            LocalFolders.in(List.of(parent)).close();
            assertThat(parent).isEmptyDirectory();
        } finally {
            victim.destroyForcibly();
        }
    }
}
