package io.lockstep.testing;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A cluster that {@code scripts/cluster} starts on this machine: executors of one core, authenticated and encrypted. */
public final class ScriptedCluster {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final long MINUTES = 4;

    private final String name;

    /** The cluster whose files are in {@code target/name}. */
    public ScriptedCluster(String name) {
        this.name = name;
    }

    /** Starts it, in the place of one that a killed JVM left. */
    public void start(int workers) {
        stop();
        try {
            // the lists that scripts/lockstep runs from are not there before the package phase
            Path jars = Files.writeString(
                    TARGET.resolve(name + ".classpath"),
                    classPath()
                            .filter(entry -> entry.endsWith(".jar"))
                            .collect(Collectors.joining(File.pathSeparator)));
            run(
                    "start",
                    "--workers",
                    String.valueOf(workers),
                    "--memory",
                    "512m",
                    "--port",
                    "0",
                    "--encrypt",
                    "--spark-jars",
                    jars.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it, if it is there. */
    public void stop() {
        run("stop");
    }

    /** Its URL. */
    public String url() {
        try {
            return Files.readString(directory().resolve("url")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a driver's Spark must be told, for executors that have the tests' classes and live for seconds. */
    public Map<String, String> driverProperties() {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(directory().resolve("driver.conf"))) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> all = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> all.put(key, properties.getProperty(key)));
        all.put("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        all.put(
                "spark.executor.extraClassPath",
                classPath().filter(entry -> !entry.endsWith(".jar")).collect(Collectors.joining(File.pathSeparator)));
        // a test that began with fewer executors would show less; a loaded machine takes its time
        all.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s");
        all.put("spark.sql.shuffle.partitions", "4");
        return all;
    }

    private Path directory() {
        return TARGET.resolve(name);
    }

    private static Stream<String> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private void run(String command, String... options) {
        List<String> line = new ArrayList<>(
                List.of("scripts/cluster", command, "--dir", directory().toString()));
        line.addAll(List.of(options));
        Path printed = TARGET.resolve(name + ".out");
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
