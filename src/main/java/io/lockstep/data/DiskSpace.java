package io.lockstep.data;

import io.lockstep.error.ConfigException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether the executors' disks have room for the rows of a training, told before the rows are put in order. */
final class DiskSpace {
    private DiskSpace() {}

    /**
     * The bytes that a table takes on disk at its worst, with what those before it are still to take.
     *
     * @param size of an example of either
     * @param rows of the table
     * @param stored rows of the tables before it, whose shards are mapped later
     */
    static long needed(ExampleSize size, double rows, double stored) {
        return (long) Math.ceil(size.onDisk() * rows + size.mapped() * stored);
    }

    /** @throws ConfigException if a machine lacks room for its share of {@code bytes} */
    static void require(List<ExecutorSpace> executors, long bytes, String key) {
        shortage(executors, bytes).ifPresent(words -> {
            throw new ConfigException(key + ": " + words);
        });
    }

    /** What is short where, if anything is. Executors share the bytes alike, and those of one machine its disks. */
    static Optional<String> shortage(List<ExecutorSpace> executors, long bytes) {
        Map<String, List<ExecutorSpace>> machines =
                executors.stream().collect(Collectors.groupingBy(ExecutorSpace::host));
        return machines.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(machine -> shortage(machine.getValue(), (double) bytes / executors.size()).stream())
                .findFirst();
    }

    private static Optional<String> shortage(List<ExecutorSpace> machine, double share) {
        ExecutorSpace least = machine.stream()
                .min((left, right) -> Long.compare(left.disk(), right.disk()))
                .orElseThrow();
        double needed = share * machine.size();
        return needed <= least.disk()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "putting the rows in order and mapping them takes about %s of disk on %s, and %s has %s free."
                                + " Name a folder on a larger disk in spark.local.dir (SPARK_LOCAL_DIRS), take more"
                                + " machines, or fewer rows or columns.",
                        Sizes.of((long) needed),
                        least.host(),
                        least.folder(),
                        Sizes.of(least.disk())));
    }
}
