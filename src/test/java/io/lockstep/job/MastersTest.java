package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in JVMs of its own, on one, two and four cores. */
class MastersTest {
    @TempDir
    Path directory;

    @Test
    void theWeightsAreTheSameOnOneTwoAndFourCores() throws Exception {
        Path config = Files.writeString(directory.resolve("cancer.yaml"), """
                task: classification
                data: { train: sample-data/breast_cancer.csv, label: diagnosis }
                network: [{ dense: 12, activation: relu, dropout: 0.2 }]
                shards: 4
                training: { epochs: 2, batch_size: 53 }
                """);
        Map<String, Process> children = new LinkedHashMap<>();
        for (String master : List.of("local[1]", "local[2]", "local[4]")) {
            children.put(master, start(config, master));
        }
        List<String> hashes = new ArrayList<>();
        try {
            for (Map.Entry<String, Process> child : children.entrySet()) {
                Path output = output(child.getKey());
                assertThat(child.getValue().waitFor(5, TimeUnit.MINUTES)).isTrue();
                String printed = Files.readString(Path.of(output + ".out"));
                assertThat(child.getValue().exitValue()).as(printed).isZero();
                JsonNode metrics = new ObjectMapper()
                        .readTree(output.resolve("metrics.json").toFile());
                String hash = metrics.get("weights_sha256").asText();
                assertThat(hash).isEqualTo(sha256(output.resolve("weights.safetensors")));
                assertThat(printed).contains("SHA-256 " + hash);
                assertThat(metrics.get("epochs")).hasSize(2);
                hashes.add(hash);
            }
        } finally {
            children.values().forEach(Process::destroyForcibly);
        }
        assertThat(hashes).hasSize(3).containsOnly(hashes.get(0));
    }

    private Path output(String master) {
        return directory.resolve(master.replaceAll("\\W", ""));
    }

    private Process start(Path config, String master) throws IOException {
        Path output = output(master);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-Xmx") && !option.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx700m",
                "-Dlockstep.log=" + output + ".log",
                "-cp",
                System.getProperty("java.class.path"),
                "io.lockstep.job.Lockstep",
                "train",
                config.toString(),
                "--master",
                master,
                "--set",
                "output=" + output));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Path.of(output + ".out").toFile())
                .start();
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
