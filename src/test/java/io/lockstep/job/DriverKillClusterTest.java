package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.testing.ChildJvm;
import io.lockstep.testing.ScriptedCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training whose driver is killed at any moment goes on from its last checkpoint, on whatever there is then. */
class DriverKillClusterTest {
    private static final int KILLS = 10;
    /** More than an epoch has. */
    private static final long STEPS = 1_000_000;

    private static final Pattern RESUMED =
            Pattern.compile("Goes on from the checkpoint after epoch (\\d+)(?: and ([\\d,]+) steps)?");

    private static final ScriptedCluster CLUSTER = new ScriptedCluster("test-cluster-kills");

    @TempDir
    static Path directory;

    @BeforeAll
    static void start() {
        CLUSTER.start(2);
    }

    @AfterAll
    static void stop() {
        CLUSTER.stop();
    }

    @Test
    void tenKillsLeaveTheBitsOfATrainingThatWasNeverStopped() throws Exception {
        Path config = config();
        String expected = weights(config, "undisturbed", "local[2]");

        List<Long> resumedAt = new ArrayList<>();
        int killed = 0;
        for (int seed = 0; seed < KILLS; seed++) {
            Random random = new Random(seed);
            // every third one by one JVM of two threads, which is faster: the model does not depend on it
            boolean local = seed % 3 == 2;
            // some while Spark starts, or the data are read
            boolean early = seed % 4 == 3;
            try (ChildJvm child = child(config, "kill-" + seed, local ? "local[2]" : CLUSTER.url())) {
                if (!early) {
                    child.awaitPrinted("examples/s");
                }
                killed += child.killAfter(random.nextInt(early ? 6000 : local ? 800 : 2500)) ? 1 : 0;
                assertThat(child.printed()).doesNotContain("Exception", "\tat ");
                Matcher resumed = RESUMED.matcher(child.printed());
                if (resumed.find()) {
                    String steps =
                            resumed.group(2) == null ? "0" : resumed.group(2).replace(",", "");
                    resumedAt.add(STEPS * Integer.parseInt(resumed.group(1)) + Long.parseLong(steps));
                }
            }
        }
        assertThat(killed).as("a training that ends too soon shows nothing").isGreaterThanOrEqualTo(7);
        assertThat(resumedAt).isSorted().hasSizeGreaterThanOrEqualTo(3);
        assertThat(resumedAt.get(resumedAt.size() - 1))
                .as("they go on, and do not begin anew")
                .isGreaterThan(resumedAt.get(0));
        assertThat(weights(config, "killed", "local[2]")).isEqualTo(expected);
        assertThat(Files.readString(directory.resolve("killed.out"))).containsPattern(RESUMED);
    }

    private static Path config() throws Exception {
        Random random = new Random(3);
        StringBuilder table = new StringBuilder("a,b,c,kind\n");
        for (int i = 0; i < 4000; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            table.append(String.format(
                    Locale.ROOT, "%.5f,%.5f,%d,%s%n", a, b, random.nextInt(9), a * b > 0 ? "even" : "odd"));
        }
        Path data = Files.writeString(directory.resolve("table.csv"), table);
        return Files.writeString(directory.resolve("kills.yaml"), """
                task: classification
                data: { train: %s, label: kind }
                network: [{ dense: 16, activation: tanh, dropout: 0.1, batch_norm: true }]
                training: { epochs: 300, batch_size: 4, early_stopping: { metric: accuracy, patience: 300 }, seed: 2 }
                shards: 2
                sync: barrier
                checkpoint: { every_epochs: 3, every_minutes: 0.002, keep: 2 }
                """.formatted(data));
    }

    private static ChildJvm child(Path config, String name, String master) {
        Map<String, String> properties = master.startsWith("local") ? Map.of() : CLUSTER.driverProperties();
        String output = "output=" + directory.resolve(name.startsWith("undisturbed") ? "undisturbed" : "model");
        return ChildJvm.lockstep(
                directory.resolve(name),
                properties,
                "train",
                config.toString(),
                "--resume",
                "--master",
                master,
                "--set",
                output);
    }

    /** SHA-256 of the weights of a training that goes on to its end. */
    private static String weights(Path config, String name, String master) throws Exception {
        try (ChildJvm child = child(config, name, master)) {
            child.await();
        }
        Path model = directory.resolve(name.equals("undisturbed") ? "undisturbed" : "model");
        return new ObjectMapper()
                .readTree(model.resolve("metrics.json").toFile())
                .get("weights_sha256")
                .asText();
    }
}
