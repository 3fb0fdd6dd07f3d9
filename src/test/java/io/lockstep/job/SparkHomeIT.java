package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.testing.BuiltProject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code target/lockstep.jar} through {@code jobs/train.sh} and the {@code bin/spark-submit} of a {@code SPARK_HOME}: the
 * weights of an embedded run. It runs behind the package phase, which makes the jar.
 */
class SparkHomeIT {
    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final Path JAR = PROJECT.resolve("target/lockstep.jar");
    /** Spark's jars as Maven resolved them. */
    private static final Path SPARK_JARS = PROJECT.resolve("target/classpath");

    private static final Pattern CORE = Pattern.compile("spark-core_2\\.13-(4\\.[01]\\..+)\\.jar");

    /** With blanks in the names below it, for scripts forget their quotes. */
    @TempDir
    static Path directory;

    private static BuiltProject project;
    private static String embedded;

    /** How a training ended that is to have trained. */
    private record Trained(String printed, String weights) {}

    @BeforeAll
    static void trainEmbedded() throws Exception {
        project = BuiltProject.copyTo(directory.resolve("the project"), JAR, SPARK_JARS);
        embedded = train(Map.of(), "scripts/lockstep", "train", "--master", "local[2]")
                .weights();
    }

    /** JUnit would warn of each one, for they lead out of its folder. */
    @AfterAll
    static void unlink() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    @Test
    void aSparkHomeOfTheBuildsSparkTrainsTheWeightsOfAnEmbeddedRun() throws Exception {
        Path home = directory.resolve("a spark");
        BuiltProject.Ended made = project.run(
                PROJECT, Map.of(), "scripts/spark-home", home.toString(), "--spark-jars", SPARK_JARS.toString());
        assertThat(made.code()).as(made.printed()).isZero();
        // as a Spark names the cluster that it is for
        Files.writeString(home.resolve("conf/spark-defaults.conf"), "spark.master local[2]\n");
        Trained trained = train(Map.of("SPARK_HOME", home.toString()), "jobs/train.sh");
        assertThat(trained.printed()).contains("on Spark " + version(home).orElseThrow() + " (local[2])");
        assertThat(trained.weights()).isEqualTo(embedded);
    }

    @Test
    void theSparkHomeOfThisMachineTrainsThemToo() throws Exception {
        String home = System.getenv("SPARK_HOME");
        assumeThat(home)
                .as("SPARK_HOME is not set, so there is no Spark of this machine to try")
                .isNotBlank();
        Optional<String> version = version(Path.of(home));
        assumeThat(version)
                .as("SPARK_HOME=%s is no Spark 4.1 or 4.0 of Scala 2.13", home)
                .isPresent();
        Trained trained = train(Map.of("SPARK_HOME", home), "jobs/train.sh", "--conf", "spark.master=local[2]");
        assertThat(trained.printed()).contains("on Spark " + version.get() + " (local[2])");
        assertThat(trained.weights()).isEqualTo(embedded);
    }

    private static Optional<String> version(Path home) throws IOException {
        Path jars = home.resolve("jars");
        if (!Files.isDirectory(jars)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(jars)) {
            return files.map(file -> CORE.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(core -> core.group(1))
                    .findFirst();
        }
    }

    private static Trained train(Map<String, String> environment, String script, String... options) throws Exception {
        Path model = Files.createTempDirectory(directory, "model").resolve("digits");
        Stream<String> line = Stream.of(
                        Stream.of(project.folder().resolve(script).toString()),
                        Stream.of(options),
                        Stream.of("conf/digits.yaml", "--set", "training.epochs=3", "--set", "output=" + model))
                .flatMap(part -> part);
        Map<String, String> variables = new TreeMap<>(environment);
        variables.put("LOCKSTEP_HEAP", "700m");
        BuiltProject.Ended ended = project.run(PROJECT, variables, line.toArray(String[]::new));
        assertThat(ended.code()).as(ended.printed()).isZero();
        String weights = new ObjectMapper()
                .readTree(model.resolve("metrics.json").toFile())
                .get("weights_sha256")
                .asText();
        assertThat(ended.printed()).contains(weights);
        return new Trained(ended.printed(), weights);
    }
}
