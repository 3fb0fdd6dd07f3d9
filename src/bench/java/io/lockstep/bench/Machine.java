package io.lockstep.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the figures were measured on. */
final class Machine {
    private static final double JIFFIES_PER_SECOND = 100;
    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    /** Guests' time is in their host's user time already. */
    private static final int GUEST = 8;

    private static final List<String> SYSTEM_OPENBLAS = List.of(
            "/usr/lib/x86_64-linux-gnu/libopenblas.so.0",
            "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0",
            "/usr/lib64/libopenblas.so.0",
            "/usr/lib/libopenblas.so.0");

    private Machine() {}

    static String cpu() throws IOException {
        String info = Files.readString(Path.of("/proc/cpuinfo"));
        return field(info, "model name") + ", family " + field(info, "cpu family") + " model " + field(info, "model");
    }

    private static String field(String info, String name) {
        return info.lines()
                .filter(line -> line.split(":", -1)[0].strip().equals(name))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
    }

    static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    static String jvm() {
        return System.getProperty("java.vm.name") + " " + Runtime.version();
    }

    /** Of the last minute. */
    static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** Half of the memory, 1g to 8g, as in {@code scripts/lockstep}. */
    static String heap() {
        long bytes = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
        return Math.max(1024, Math.min(8192, bytes / 2 / (1 << 20))) + "m";
    }

    /** The seconds that the machine's cores were busy since it started, all processes together, and stolen ones. */
    static double busySeconds() throws IOException {
        String total =
                Files.readString(Path.of("/proc/stat")).lines().findFirst().orElseThrow();
        long[] jiffies = Arrays.stream(total.split(" +"))
                .skip(1)
                .mapToLong(Long::parseLong)
                .toArray();
        long busy = 0;
        for (int i = 0; i < Math.min(GUEST, jiffies.length); i++) {
            busy += i == IDLE || i == IO_WAIT ? 0 : jiffies[i];
        }
        return busy / JIFFIES_PER_SECOND;
    }

    /** The commit of the sources, with a plus where they differ from it. */
    static String commit() throws IOException {
        String commit = git("rev-parse", "HEAD");
        return commit.isEmpty()
                ? "unknown"
                : commit + (git("status", "--porcelain", "--untracked-files=no").isEmpty() ? "" : "+");
    }

    private static String git(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("git", "-C", Paths.project().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** An OpenBLAS that the system has. */
    static Optional<String> systemOpenBlas() {
        return SYSTEM_OPENBLAS.stream()
                .filter(path -> Files.exists(Path.of(path)))
                .findFirst();
    }
}
