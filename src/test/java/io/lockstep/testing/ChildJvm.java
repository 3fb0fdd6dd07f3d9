package io.lockstep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The command in a JVM of its own, with the class path and the options of the tests. */
public final class ChildJvm implements AutoCloseable {
    private static final long MINUTES = 5;

    private final Process process;
    private final Path printed;

    private ChildJvm(Process process, Path printed) {
        this.process = process;
        this.printed = printed;
    }

    /**
     * Starts {@code lockstep} with {@code arguments}.
     *
     * @param files where it prints and logs to: this path with {@code .out} and {@code .log} behind it
     */
    public static ChildJvm lockstep(Path files, String... arguments) {
        return lockstep(files, Map.of(), arguments);
    }

    /** With Spark's properties as {@code spark-submit} would hand them on. */
    public static ChildJvm lockstep(Path files, Map<String, String> properties, String... arguments) {
        return lockstep(files, List.of(), properties, arguments);
    }

    /** Started by {@code wrapper}, a command that ends by executing its last arguments. */
    public static ChildJvm lockstep(
            Path files, List<String> wrapper, Map<String, String> properties, String... arguments) {
        return start("700m", files, wrapper, properties, arguments);
    }

    /** With a heap of its own, such as {@code 300m}. */
    public static ChildJvm withHeap(String heap, Path files, String... arguments) {
        return start(heap, files, List.of(), Map.of(), arguments);
    }

    private static ChildJvm start(
            String heap, Path files, List<String> wrapper, Map<String, String> properties, String... arguments) {
        List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-Xmx") && !option.startsWith("-javaagent"))
                .forEach(command::add);
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of(
                "-Xmx" + heap,
                "-Dlockstep.log=" + files + ".log",
                "-cp",
                System.getProperty("java.class.path"),
                "io.lockstep.job.Lockstep"));
        command.addAll(List.of(arguments));
        Path printed = Path.of(files + ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(printed.toFile())
                    .start();
            return new ChildJvm(process, printed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for its end.
     *
     * @return what it printed
     * @throws AssertionError if it does not end by itself, or not with exit code 0
     */
    public String await() throws IOException, InterruptedException {
        int code = exitCode();
        if (code != 0) {
            throw new AssertionError("exit code " + code + ", having printed:\n" + printed());
        }
        return printed();
    }

    /**
     * Waits for its end.
     *
     * @throws AssertionError if it does not end by itself
     */
    public int exitCode() throws IOException, InterruptedException {
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            throw new AssertionError("no end after " + MINUTES + " minutes, having printed:\n" + printed());
        }
        return process.exitValue();
    }

    /**
     * Waits until it has printed {@code text}, or has ended.
     *
     * @return whether it has printed it and lives
     */
    public boolean awaitPrinted(String text) throws IOException, InterruptedException {
        return awaitTrue(() -> {
            try {
                return Files.readString(printed).contains(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Waits until that holds, or it has ended; whether it holds and the JVM lives. */
    public boolean awaitTrue(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return process.isAlive();
    }

    /** Kills it after that time, unless it ends before; whether it was killed. */
    public boolean killAfter(long milliseconds) throws InterruptedException {
        boolean ended = process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();
        return !ended;
    }

    /** Tells it to end (SIGTERM) and waits until it has; its exit code. */
    public int terminate() throws IOException, InterruptedException {
        process.destroy();
        return exitCode();
    }

    /** What it has printed. */
    public String printed() throws IOException {
        return Files.readString(printed);
    }

    /** Ends it, if it has not ended. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
