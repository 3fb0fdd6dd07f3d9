package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configs of the samples reach what the README says of them, on rows that were never trained on. */
class ConfigsTest {
    private static final Path MNIST = Path.of("../shared/data/mnist");

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        assertThat(TestSpark.session().version()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"digits, accuracy, 0.97", "breast_cancer, accuracy, 0.96", "houses, r2, 0.78"})
    void aSampleReachesItsFigure(String name, String metric, double least) throws IOException {
        assertThat(test(name, List.of()).get(metric).doubleValue()).isGreaterThanOrEqualTo(least);
    }

    @Test
    void mnistIsLearntInAFewEpochs() throws IOException {
        assumeTrue(Files.isDirectory(MNIST), "MNIST is not there");
        List<String> here = List.of(
                "--set", "data.train=" + MNIST.resolve("train-images-idx3-ubyte.gz"),
                "--set", "data.test=" + MNIST.resolve("t10k-images-idx3-ubyte.gz"),
                "--set", "training.epochs=3");
        JsonNode test = test("mnist", here);
        assertThat(test.get("examples").longValue()).isEqualTo(10_000);
        // 30 epochs reach 0.987; three must be far above what a linear net can do (0.92)
        assertThat(test.get("accuracy").doubleValue()).isGreaterThanOrEqualTo(0.965);
    }

    private JsonNode test(String name, List<String> settings) throws IOException {
        Path output = directory.resolve(name);
        List<String> arguments =
                new ArrayList<>(List.of("train", "conf/" + name + ".yaml", "--set", "output=" + output));
        arguments.addAll(settings);
        assertThat(Lockstep.run(arguments.toArray(String[]::new))).isEqualTo(0);
        JsonNode metrics =
                new ObjectMapper().readTree(output.resolve("metrics.json").toFile());
        assertThat(metrics.get("warnings"))
                .as("a sound training is not warned of")
                .isEmpty();
        return metrics.get("test");
    }
}
