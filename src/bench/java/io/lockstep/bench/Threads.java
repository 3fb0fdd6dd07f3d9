package io.lockstep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** A fixed number of threads that start together and are waited for together. */
final class Threads implements AutoCloseable {
    private final ExecutorService pool;
    private final int count;

    Threads(int count) {
        this.pool = Executors.newFixedThreadPool(count);
        this.count = count;
    }

    int count() {
        return count;
    }

    /** Runs {@code work} in all threads, each with its number; the seconds until the last is done. */
    double time(IntConsumer work) throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < count; t++) {
            int number = t;
            running.add(pool.submit(() -> work.accept(number)));
        }
        for (Future<?> each : running) {
            each.get();
        }
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
