package io.lockstep.train;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toCollection;

import io.lockstep.error.Reason;
import io.lockstep.model.CheckpointClaim;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FSError;

/** Writes checkpoints in a thread of its own, the newest of those that wait, and deletes those that are too many. */
final class CheckpointWriter implements CheckpointSink, AutoCloseable {
    private static final String OVERTAKEN = "another training has begun to write to this output: no more checkpoints of"
            + " this one are written, and of the two models that which comes last will stay";

    /** Times what writing took, before another one is written: 5 % of the time at most. */
    private static final long REST = 20;

    private final CheckpointDirectory directory;
    private final TrainingIdentity identity;
    private final long run;
    private final int keep;
    private final CheckpointClaim claim;
    /** Of other runs, and of this one's that are no good: they go once this run has a checkpoint of its own. */
    private final Set<String> foreign;
    /** What this run goes on from, and what it wrote. Whatever is in neither set another run wrote since. */
    private final Set<String> own;

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

    /**
     * A writer that takes the place of whoever has written before.
     *
     * @param there the checkpoints that were there, as far as is known
     * @param own those of them that this run goes on from
     */
    CheckpointWriter(
            CheckpointDirectory directory,
            TrainingIdentity identity,
            long run,
            int keep,
            List<Entry> there,
            Predicate<Entry> own) {
        this.directory = directory;
        this.identity = identity;
        this.run = run;
        this.keep = keep;
        this.claim = directory.claim();
        Map<Boolean, Set<String>> whose =
                begin(there).stream().collect(partitioningBy(own, mapping(Entry::name, toCollection(HashSet::new))));
        this.own = whose.get(true);
        this.foreign = whose.get(false);
    }

    /** What is there now that no other run writes. */
    private List<Entry> begin(List<Entry> there) {
        try {
            claim.take();
            directory.deleteDrafts();
            return directory.entries();
        } catch (IOException | RuntimeException | FSError e) {
            // the first checkpoint tries again, and tells of it
            return there;
        }
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
            boolean mine =
                    claim.isHeld() && directory.publish(name, CheckpointFiles.of(identity, run, checkpoint), claim);
            tell(mine ? prune(name) : OVERTAKEN);
        } catch (Throwable e) {
            // whatever it is, the training goes on and somebody must be told
            tell(isOvertaken() ? OVERTAKEN : "no checkpoint could be written: " + Reason.of(e));
        }
        ended = System.nanoTime();
        took = ended - start;
    }

    /** Who takes the claim deletes what is half written. */
    private boolean isOvertaken() {
        try {
            return !claim.isHeld();
        } catch (IOException | RuntimeException | FSError e) {
            return false;
        }
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
        foreign.remove(published);
        // where replacing it failed, this is what it was to replace
        String replaced = CheckpointDirectory.replaced(published);
        foreign.add(replaced);
        own.remove(replaced);
        own.add(published);
        try {
            for (Entry entry : surplus()) {
                if (!claim.isHeld()) {
                    return OVERTAKEN;
                }
                directory.delete(entry);
            }
            return "";
        } catch (IOException | RuntimeException | FSError e) {
            return "older checkpoints could not be deleted: " + Reason.of(e);
        }
    }

    private List<Entry> surplus() throws IOException {
        List<Entry> surplus = new ArrayList<>();
        int kept = 0;
        for (Entry entry : directory.entries()) {
            boolean mine = own.contains(entry.name());
            if (mine && kept < keep) {
                kept++;
            } else if (mine || foreign.contains(entry.name())) {
                surplus.add(entry);
            }
        }
        return surplus;
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
        try {
            claim.release();
        } catch (IOException | RuntimeException | FSError e) {
            // whoever comes next takes its place
        }
    }
}
