package io.lockstep.train;

import io.lockstep.error.Reason;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/** Writes checkpoints in a thread of its own, the newest of those that wait, and deletes those that are too many. */
final class CheckpointWriter implements CheckpointSink, AutoCloseable {
    /** Times what writing took, before another one is written: 5 % of the time at most. */
    private static final long REST = 20;

    private final CheckpointDirectory directory;
    private final TrainingIdentity identity;
    private final long run;
    private final int keep;
    /** Of other runs, and of this one's that are no good: they go once this run has a checkpoint of its own. */
    private final Set<Path> foreign;

    private final AtomicInteger pending = new AtomicInteger();
    private volatile long ended = System.nanoTime();
    private volatile long took;
    /** What was told last; of the writer's thread alone. */
    private String last = "";

    private final AtomicReference<Optional<Checkpoint>> waiting = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread writer = new Thread(task, "lockstep-checkpoints");
        writer.setDaemon(true);
        return writer;
    });

    CheckpointWriter(
            CheckpointDirectory directory, TrainingIdentity identity, long run, int keep, List<Entry> foreign) {
        this.directory = directory;
        this.identity = identity;
        this.run = run;
        this.keep = keep;
        this.foreign = new HashSet<>(foreign.stream().map(Entry::path).toList());
    }

    @Override
    public void offer(Checkpoint checkpoint) {
        pending.incrementAndGet();
        waiting.set(Optional.of(checkpoint));
        thread.execute(() -> {
            waiting.getAndSet(Optional.empty()).ifPresent(this::write);
            pending.decrementAndGet();
        });
    }

    @Override
    public boolean isReady() {
        return pending.get() == 0 && System.nanoTime() - ended >= REST * took;
    }

    private void write(Checkpoint checkpoint) {
        long start = System.nanoTime();
        String name = CheckpointDirectory.name(
                checkpoint.epochs().size(), checkpoint.current().steps());
        try {
            directory.publish(name, CheckpointFiles.of(identity, run, checkpoint));
            tell(prune(name));
        } catch (Throwable e) {
            // whatever it is, the training goes on and somebody must be told
            tell("no checkpoint could be written: " + Reason.of(e));
        }
        ended = System.nanoTime();
        took = ended - start;
    }

    /** The same trouble is told once, until it changes. */
    private void tell(String now) {
        if (!now.equals(last)) {
            last = now;
            trouble.set(now.isEmpty() ? Optional.empty() : Optional.of(now));
        }
    }

    /** Deletes what is too much; what went wrong, empty for nothing. */
    private String prune(String published) {
        try {
            deleteSurplus(published);
            return "";
        } catch (IOException | RuntimeException | FSError e) {
            return "older checkpoints could not be deleted: " + Reason.of(e);
        }
    }

    private void deleteSurplus(String published) throws IOException {
        foreign.removeIf(path -> path.getName().equals(published));
        List<Entry> surplus = new ArrayList<>();
        int own = 0;
        for (Entry entry : directory.entries()) {
            boolean mine = !foreign.contains(entry.path());
            if (!mine || own == keep) {
                surplus.add(entry);
            } else {
                own++;
            }
        }
        for (Entry entry : surplus) {
            directory.delete(entry);
        }
    }

    @Override
    public Optional<String> trouble() {
        return trouble.getAndSet(Optional.empty());
    }

    @Override
    public void finish() {
        try {
            thread.submit(() -> {}).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the checkpoints' thread failed", e);
        }
    }

    @Override
    public void close() {
        finish();
        thread.shutdown();
    }
}
