package io.lockstep.train;

import io.lockstep.data.Shard;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Reads what steps will take soon from the disk, beside them: one thread for a JVM, since several would only make it seek. */
final class Readahead {
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "lockstep-readahead");
        thread.setDaemon(true);
        return thread;
    });

    private Readahead() {}

    /** Rows [from, from + count) of a shard come soon. */
    static void of(Shard shard, int from, int count) {
        THREAD.execute(() -> shard.load(from, count));
    }
}
