package io.lockstep.data;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What an executor has, in bytes.
 *
 * @param id Spark's
 * @param host where it runs
 * @param heap at most
 * @param folder the first of Spark's local folders
 * @param disk free on the disks of all of them
 */
public record ExecutorSpace(String id, String host, long heap, String folder, long disk) implements Serializable {

    /** The executors, by their ids, as far as {@code slots} tasks of one job reach them. */
    public static List<ExecutorSpace> of(JavaSparkContext spark, int slots) {
        if (spark.isLocal()) {
            return List.of(here());
        }
        List<ExecutorSpace> found = Jobs.named(spark.sc(), "disks and heaps of executors", () -> spark.parallelize(
                        Collections.nCopies(Math.max(1, slots), 0), Math.max(1, slots))
                .map(task -> here())
                .collect());
        Map<String, ExecutorSpace> byId = new HashMap<>();
        found.forEach(executor -> byId.putIfAbsent(executor.id(), executor));
        return byId.values().stream()
                .sorted(Comparator.comparing(ExecutorSpace::id))
                .toList();
    }

    private static ExecutorSpace here() {
        SparkEnv env = SparkEnv.get();
        File[] folders = env.blockManager().diskBlockManager().localDirs();
        Map<FileStore, Long> free = new HashMap<>();
        for (File folder : folders) {
            try {
                FileStore disk = Files.getFileStore(folder.toPath());
                free.put(disk, disk.getUsableSpace());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ExecutorSpace(
                env.executorId(),
                env.blockManager().blockManagerId().host(),
                Runtime.getRuntime().maxMemory(),
                folders[0].getParent(),
                free.values().stream().mapToLong(bytes -> bytes).sum());
    }
}
