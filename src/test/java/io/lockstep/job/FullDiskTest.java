package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up under a training: one sentence, nothing half written, and the next training is as ever. */
class FullDiskTest {
    @TempDir
    Path directory;

    private Path config(String data, String network, Path output) throws IOException {
        Path table = Files.writeString(
                directory.resolve("table.csv"),
                IntStream.range(0, 2000)
                        .mapToObj(i -> i % 701 + "," + i % 7 + "," + (i % 7 > 3 ? "yes" : "no"))
                        .collect(Collectors.joining("\n", "code,a,y\n", "\n")));
        return Files.writeString(directory.resolve("c.yaml"), """
                task: classification
                data: { train: %s, label: y%s }
                network: %s
                training: { epochs: 2, batch_size: 500, seed: 1 }
                shards: 2
                sync: driver
                output: %s
                """.formatted(table, data, network, output));
    }

    private static void requireOneSentence(String printed, String reason) {
        assertThat(printed.lines().filter(line -> line.startsWith("lockstep: ")))
                .singleElement()
                .asString()
                .contains(reason)
                .hasSizeLessThan(600);
        assertThat(printed).doesNotContain("Exception", "\tat ", "internal fault");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** Whether the command ended well. */
    private static boolean done(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor() == 0;
    }

    @Test
    void anOutputThatFillsItsDiskLeavesNothingThere() throws IOException, InterruptedException {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(done("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString()), "only root may mount");
        try {
            // 90,000 weights of 4 bytes
            String config = config("", "[{ dense: 300 }, { dense: 300 }]", disk.resolve("model"))
                    .toString();
            CapturedRun run = CapturedRun.of("train", config);
            requireOneSentence(run.err(), "No space left on device");
            assertThat(run.code()).as(run.err()).isEqualTo(2);
            assertThat(files(disk)).isEmpty();
            assertThat(done("mount", "-o", "remount,size=16m", disk.toString())).isTrue();
            CapturedRun next = CapturedRun.of("train", config);
            assertThat(next.code()).as(next.err()).isZero();
            assertThat(disk.resolve("model/weights.safetensors")).isNotEmptyFile();
        } finally {
            assertThat(done("umount", disk.toString())).isTrue();
        }
    }

    @Test
    void localFilesThatOutgrowTheirLimitLeaveNothing() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "ulimit -f counts in kilobytes there alone");
        Path local = Files.createDirectory(directory.resolve("local"));
        Path output = directory.resolve("model");
        // 2,000 rows of 2,000 floats are 16 MB, 8 of each shard; no other file of a run has 4 MB
        String config = config(", hashing: { code: 2000 }, storage: dense", "[]", output)
                .toString();
        List<String> limited = List.of("/bin/bash", "-c", "ulimit -f 4096 && exec \"$@\"", "bash");
        try (ChildJvm child = ChildJvm.lockstep(
                directory.resolve("child"),
                limited,
                Map.of("spark.local.dir", local.toString()),
                "train",
                config,
                "--master",
                "local[2]")) {
            assertThat(child.exitCode()).as(child.printed()).isEqualTo(2);
            requireOneSentence(child.printed(), "File too large");
        }
        assertThat(output).doesNotExist();
        assertThat(files(local)).isEmpty();
        CapturedRun next = CapturedRun.of("train", config);
        assertThat(next.code()).as(next.err()).isZero();
        assertThat(output.resolve("weights.safetensors")).isNotEmptyFile();
    }
}
