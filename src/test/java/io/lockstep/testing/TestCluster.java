package io.lockstep.testing;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The one Spark session of a test JVM, on a cluster: three executors of one core in JVMs of their own, authenticated and
 * encrypted, as {@code scripts/cluster} starts them. All of it ends with this JVM. Not beside {@link TestSpark}: a JVM has
 * one session.
 */
public final class TestCluster {
    /** How many executors. */
    public static final int EXECUTORS = 3;

    private static final SparkSession SESSION = start();

    private TestCluster() {}

    /** The session; it ends with the JVM. */
    public static SparkSession session() {
        return SESSION;
    }

    /** Its context. */
    public static JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(SESSION.sparkContext());
    }

    private static SparkSession start() {
        try {
            // of a test JVM that was killed
            Script.run("stop");
            Runtime.getRuntime().addShutdownHook(new Thread(Script::end, "test-cluster-end"));
            // the lists that scripts/lockstep runs from are not there before the package phase
            Path jars = Files.writeString(
                    Script.TARGET.resolve("test-cluster.classpath"),
                    classPath()
                            .filter(entry -> entry.endsWith(".jar"))
                            .collect(Collectors.joining(File.pathSeparator)));
            Script.run(
                    "start",
                    "--workers",
                    String.valueOf(EXECUTORS),
                    "--memory",
                    "512m",
                    "--port",
                    "0",
                    "--encrypt",
                    "--spark-jars",
                    jars.toString());
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(Script.DIRECTORY.resolve("driver.conf"))) {
                properties.load(reader);
            }
            SparkSession.Builder builder = SparkSession.builder()
                    .appName("tests")
                    .master(Files.readString(Script.DIRECTORY.resolve("url")).strip());
            for (String name : properties.stringPropertyNames()) {
                builder.config(name, properties.getProperty(name));
            }
            return builder.config("spark.sql.shuffle.partitions", "4")
                    // a test that began with fewer executors would show less; a loaded machine takes its time
                    .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s")
                    // one that falls silent is given up so soon, and not in two minutes
                    .config("spark.network.timeout", "30s")
                    .config("spark.network.timeoutInterval", "10s")
                    .config("spark.executor.heartbeatInterval", "3s")
                    // they live for seconds
                    .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                    .config(
                            "spark.executor.extraClassPath",
                            classPath()
                                    .filter(entry -> !entry.endsWith(".jar"))
                                    .collect(Collectors.joining(File.pathSeparator)))
                    .getOrCreate();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    /**
     * {@code scripts/cluster}. A class of its own, for a JVM may be told to end while the session starts: the hook would
     * wait for {@link TestCluster} to be initialized.
     */
    private static final class Script {
        private static final Path TARGET = Path.of("target").toAbsolutePath();
        private static final Path DIRECTORY = TARGET.resolve("test-cluster");
        private static final long MINUTES = 4;

        /** The session first: executors that go before it would be asked for again. */
        private static void end() {
            SparkSession.getDefaultSession().foreach(session -> {
                session.stop();
                return null;
            });
            run("stop");
        }

        static void run(String command, String... options) {
            List<String> line = new ArrayList<>(List.of("scripts/cluster", command, "--dir", DIRECTORY.toString()));
            line.addAll(List.of(options));
            Path printed = TARGET.resolve("test-cluster.out");
            ProcessBuilder builder =
                    new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(printed.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            try {
                Process process = builder.start();
                if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                    process.destroy();
                    throw new IllegalStateException(line + " failed, having printed:\n" + Files.readString(printed));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(line + " was interrupted", e);
            }
        }
    }
}
