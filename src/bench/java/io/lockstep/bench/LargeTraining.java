package io.lockstep.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.lockstep.job.Lockstep;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Runs a command of {@code scripts/lockstep} in this JVM, and prints at its end the memory that it took at most. */
final class LargeTraining {
    /** Names a file that the peak is written to, too. */
    static final String PEAK_FILE = "lockstep.bench.peak";

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int SAMPLES_PER_SECOND = 5;
    private static final double MB = 1 << 20;

    private static final Set<String> HEAP = new HashSet<>();
    private static final AtomicLong HEAP_AFTER_COLLECTION = new AtomicLong();
    private static final AtomicLong ANONYMOUS = new AtomicLong();
    private static final AtomicLong FILE = new AtomicLong();
    private static final AtomicLong RESIDENT = new AtomicLong();

    private LargeTraining() {}

    public static void main(String[] arguments) {
        watchCollections();
        Thread sampler = new Thread(LargeTraining::sample, "memory");
        sampler.setDaemon(true);
        sampler.start();
        Runtime.getRuntime().addShutdownHook(new Thread(LargeTraining::print));
        Lockstep.main(arguments);
    }

    private static void watchCollections() {
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .forEach(pool -> HEAP.add(pool.getName()));
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(LargeTraining::collected, notification -> true, null);
        }
    }

    private static void collected(Notification notification, Object handback) {
        if (!notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            return;
        }
        Map<String, MemoryUsage> after = GarbageCollectionNotificationInfo.from(
                        (CompositeData) notification.getUserData())
                .getGcInfo()
                .getMemoryUsageAfterGc();
        long used = after.entrySet().stream()
                .filter(pool -> HEAP.contains(pool.getKey()))
                .mapToLong(pool -> pool.getValue().getUsed())
                .sum();
        HEAP_AFTER_COLLECTION.accumulateAndGet(used, Math::max);
    }

    private static void sample() {
        try {
            while (true) {
                String status = Files.readString(STATUS);
                ANONYMOUS.accumulateAndGet(kilobytes(status, "RssAnon"), Math::max);
                FILE.accumulateAndGet(kilobytes(status, "RssFile"), Math::max);
                RESIDENT.accumulateAndGet(kilobytes(status, "VmHWM"), Math::max);
                Thread.sleep(1000 / SAMPLES_PER_SECOND);
            }
        } catch (IOException | InterruptedException e) {
            System.out.println("memory: no longer watched: " + e);
        }
    }

    private static long kilobytes(String status, String field) {
        return status.lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    private static void print() {
        double seconds = ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                        .sum()
                / 1e3;
        System.out.printf(
                Locale.ROOT,
                "Peak memory: heap after a collection %,.0f MB of %,.0f MB; resident %,.0f MB, of it %,.0f MB the"
                        + " process's own and up to %,.0f MB of mapped files; collections took %.1f s.%n",
                HEAP_AFTER_COLLECTION.get() / MB,
                Runtime.getRuntime().maxMemory() / MB,
                RESIDENT.get() / 1024.0,
                ANONYMOUS.get() / 1024.0,
                FILE.get() / 1024.0,
                seconds);
        System.out.flush();
        String file = System.getProperty(PEAK_FILE);
        if (file != null) {
            try {
                new PeakMemory(HEAP_AFTER_COLLECTION.get() / MB, ANONYMOUS.get() / 1024.0, FILE.get() / 1024.0)
                        .write(Path.of(file));
            } catch (IOException e) {
                System.out.println("memory: not written: " + e);
            }
        }
    }
}
