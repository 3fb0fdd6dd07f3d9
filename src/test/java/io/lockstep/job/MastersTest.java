package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                network: [{ dense: 12, activation: relu, batch_norm: true, dropout: 0.2 }]
                shards: 4
                training: { epochs: 2, batch_size: 53 }
                """);
        Map<String, ChildJvm> children = new LinkedHashMap<>();
        for (String master : List.of("local[1]", "local[2]", "local[4]")) {
            Path output = output(master);
            children.put(
                    master,
                    ChildJvm.lockstep(
                            output, "train", config.toString(), "--master", master, "--set", "output=" + output));
        }
        List<String> hashes = new ArrayList<>();
        try {
            for (Map.Entry<String, ChildJvm> child : children.entrySet()) {
                Path output = output(child.getKey());
                String printed = child.getValue().await();
                JsonNode metrics = new ObjectMapper()
                        .readTree(output.resolve("metrics.json").toFile());
                String hash = metrics.get("weights_sha256").asText();
                assertThat(hash).isEqualTo(sha256(output.resolve("weights.safetensors")));
                assertThat(printed).contains("SHA-256 " + hash);
                assertThat(metrics.get("epochs")).hasSize(2);
                hashes.add(hash);
            }
        } finally {
            children.values().forEach(ChildJvm::close);
        }
        assertThat(hashes).hasSize(3).containsOnly(hashes.get(0));
    }

    private Path output(String master) {
        return directory.resolve(master.replaceAll("\\W", ""));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
