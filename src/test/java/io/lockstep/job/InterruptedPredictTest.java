package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.testing.ChildJvm;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A {@code predict} that is told to end while it writes. */
class InterruptedPredictTest {
    /** Of SIGTERM. */
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path directory;

    @Test
    void itLeavesNothingOfItsOutputAndSaysSoInOneSentence() throws Exception {
        Path config = Files.writeString(directory.resolve("cancer.yaml"), """
                task: classification
                data: { train: sample-data/breast_cancer.csv, label: diagnosis }
                network: []
                training: { epochs: 1 }
                output: %s
                """.formatted(directory.resolve("model")));
        CapturedRun trained = CapturedRun.of("train", config.toString());
        assertThat(trained.code()).as(trained.err()).isZero();
        Path folder = Files.createDirectory(directory.resolve("scores"));
        // one task after another, some seconds in all
        Map<String, String> slow = Map.of("spark.sql.files.maxPartitionBytes", "1m");
        try (ChildJvm child = ChildJvm.lockstep(
                directory.resolve("predict"),
                slow,
                "predict",
                directory.resolve("model").toString(),
                "--data",
                table().toString(),
                "--out",
                folder.resolve("scored.csv").toString(),
                "--master",
                "local[1]")) {
            assertThat(child.awaitTrue(() -> hasRows(folder.toFile())))
                    .as("%s", child.printed())
                    .isTrue();
            assertThat(child.terminate()).isEqualTo(TERMINATED);
            assertThat(child.printed()).contains("lockstep: interrupted").doesNotContain("Exception", "\tat ");
            assertThat(child.printed().lines().filter(line -> line.startsWith("lockstep:")))
                    .hasSize(1);
        }
        assertThat(folder).isEmptyDirectory();
    }

    /** The sample's rows, many times. */
    private Path table() throws Exception {
        String sample = Files.readString(Path.of("sample-data/breast_cancer.csv"));
        int header = sample.indexOf('\n') + 1;
        return Files.writeString(
                directory.resolve("many.csv"),
                sample.substring(0, header) + sample.substring(header).repeat(200));
    }

    /** Whether a task has begun to write. */
    private static boolean hasRows(File folder) {
        File[] files = folder.listFiles();
        return files != null && Stream.of(files).anyMatch(file -> file.getName().startsWith("part-") || hasRows(file));
    }
}
