package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Entry;
import io.lockstep.model.Damage;
import io.lockstep.model.ModelDirectory;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A training that writes checkpoints beside its model, and goes on from them. */
public final class ResumableTraining {
    /** Differences in a message. */
    private static final int MOST_NAMED = 8;

    private final LockstepConfig config;
    private final ModelDirectory output;
    private final CheckpointDirectory directory;
    private final Map<String, String> versions;
    private final Consumer<String> say;
    private List<Entry> entries;
    /** What there is to go on from, the first if it is whole. */
    private List<Found> found = List.of();
    /** Whether a checkpoint of another training is passed over. */
    private boolean onlyOwn;

    /** A checkpoint to go on from. */
    record Found(Entry entry, CheckpointJson.Content content) {
        Checkpoint checkpoint() {
            return content.checkpoint();
        }

        TrainingIdentity identity() {
            return content.identity();
        }
    }

    /**
     * A training whose checkpoints are at {@code output}.
     *
     * @param versions what computes here, by name
     * @param say takes sentences for the user
     * @throws ConfigException if the checkpoints' directory cannot be read
     */
    public ResumableTraining(
            LockstepConfig config, ModelDirectory output, Map<String, String> versions, Consumer<String> say) {
        this.config = config;
        this.output = output;
        this.directory = new CheckpointDirectory(output);
        this.versions = Map.copyOf(versions);
        this.say = say;
        try {
            this.entries = directory.entries();
        } catch (IOException e) {
            throw new ConfigException(
                    "output: the checkpoints of " + output.path() + " cannot be read: " + Reason.of(e)
                            + ". Mend that or name another output.",
                    e);
        }
    }

    /** Is going to begin anew, and tells what that does to the checkpoints of a training that has not ended. */
    public void beginAnew() {
        if (entries.isEmpty() || config.checkpoint().isEmpty()) {
            return;
        }
        Entry newest = entries.get(0);
        try {
            CheckpointJson.Content content = CheckpointFiles.json(directory, newest);
            if (content.identity().isEndedBy(content.checkpoint()) && output.holdsModel()) {
                return;
            }
        } catch (DataException | ConfigException e) {
            // what cannot be read may be of any training
        }
        say.accept("There are checkpoints of a training that did not end, the newest is "
                + newest.name()
                + ". This one begins anew, and deletes them once it has its own (--resume goes"
                + " on from there).");
    }

    /**
     * Is going to go on from the newest checkpoint that is whole, if there is one of a training that has something left to
     * do.
     *
     * @throws ConfigException if that is of another config
     * @throws DataException if a checkpoint cannot be read and may be whole
     */
    public void findNewest() {
        found = readable(entries);
        if (found.isEmpty()) {
            sayNoneIsThere();
            return;
        }
        Found newest = found.get(0);
        requireSameConfig(newest, ResolvedConfig.of(config));
        List<String> others = newest.identity().otherVersions(versions);
        if (!others.isEmpty()) {
            say.accept("The checkpoint was written elsewhere (" + some(others)
                    + "): the model's last bits may differ from those of a training that was never stopped.");
        }
    }

    /**
     * Is going to go on from the newest checkpoint that is whole, if it is of this training: of this config, begun where
     * this one begins, and, as far as {@link #train} finds out, on these data. Of another training it is passed over.
     *
     * @throws DataException if a checkpoint cannot be read and may be whole
     */
    public void findOwn() {
        onlyOwn = true;
        found = readable(entries);
        if (!found.isEmpty() && !isOwn(found.get(0), ResolvedConfig.of(config))) {
            found = List.of();
        }
    }

    private boolean isOwn(Found newest, ResolvedConfig resolved) {
        List<String> differences = new ArrayList<>(newest.identity()
                .differences(config, resolved, newest.checkpoint().epochs().size()));
        differences.addAll(newest.identity().otherVersions(versions));
        if (!differences.isEmpty()) {
            passOverForeign(newest, differences);
        }
        return differences.isEmpty();
    }

    private void passOverForeign(Found newest, List<String> differences) {
        say.accept(
                "The checkpoint " + newest.entry().name() + " is of a training that did not end, and of another one ("
                        + some(differences) + "): this one begins at the beginning.");
    }

    private void sayNoneIsThere() {
        say.accept(
                "There is no checkpoint to go on from in " + output.path() + ": the training begins at the beginning.");
    }

    private void requireSameConfig(Found checkpoint, ResolvedConfig resolved) {
        List<String> differences = checkpoint
                .identity()
                .differences(config, resolved, checkpoint.checkpoint().epochs().size());
        if (!differences.isEmpty()) {
            throw new ConfigException("--resume: " + checkpoint.entry().path() + " is of another config: "
                    + some(differences) + ". Set that back to go on, or leave --resume out to begin anew.");
        }
    }

    /** A training that has ended is no reason not to begin with new data: a scheduler passes --resume each night. */
    private boolean beginsAnewAfterTheEnd(Found newest, List<String> differences) {
        if (onlyOwn) {
            passOverForeign(newest, differences);
            return true;
        }
        if (!newest.identity().isEndedBy(newest.checkpoint()) || !output.holdsModel()) {
            return false;
        }
        say.accept("The checkpoint " + newest.entry().name()
                + " is of a training that has ended, of other data (" + some(differences)
                + "): this one begins at the beginning.");
        return true;
    }

    private static String some(List<String> differences) {
        int named = Math.min(MOST_NAMED, differences.size());
        return String.join("; ", differences.subList(0, named))
                + (named < differences.size() ? "; and " + (differences.size() - named) + " more" : "");
    }

    /** By the run that wrote it, then by how far it came. */
    private List<Found> readable(List<Entry> some) {
        List<Found> readable = new ArrayList<>();
        for (Entry entry : some) {
            try {
                readable.add(new Found(entry, CheckpointFiles.json(directory, entry)));
            } catch (DataException e) {
                passOver(entry, e);
            }
        }
        // stable, and the entries stand in the order of how far they came
        readable.sort(
                Comparator.comparingLong((Found each) -> each.content().run()).reversed());
        return readable;
    }

    private void passOver(Entry entry, DataException e) {
        if (!Damage.isIn(e)) {
            throw refusal(entry, e);
        }
        say.accept("The checkpoint " + entry.name() + " is passed over: " + e.getMessage() + ".");
    }

    /** To begin anew would in the end delete it. */
    private static DataException refusal(Entry entry, DataException e) {
        return new DataException(
                "--resume: " + e.getMessage() + ". Mend that, or delete " + entry.path()
                        + " to go on from what was before it.",
                e);
    }

    /**
     * Trains.
     *
     * @throws DataException if the checkpoint to go on from is of other data
     */
    public TrainingResult train(Trainer trainer, TrainingData data) {
        TrainingIdentity identity = TrainingIdentity.of(config, data, versions);
        Optional<Resumed> resumed = resume(identity, trainer.shape());
        found = List.of();
        Optional<Checkpoint> from = resumed.map(Resumed::checkpoint);
        long run = resumed.map(each -> each.from().content().run()).orElseGet(System::currentTimeMillis);
        trainer.announce(
                Instant.ofEpochMilli(run), from.map(Checkpoint::optimizerSteps).orElse(0L));
        if (config.checkpoint().isEmpty()) {
            return trainer.train(from, Optional.empty());
        }
        int keep = config.checkpoint().get().keep();
        try (CheckpointWriter writer =
                new CheckpointWriter(directory, identity, run, keep, entries, entry -> resumed.filter(
                                each -> !isLater(entry, each.from().entry()))
                        .isPresent())) {
            return trainer.train(from, Optional.of(writer));
        }
    }

    /** Whether it is later than the one to go on from, and so of another run or no good. */
    private static boolean isLater(Entry entry, Entry from) {
        return entry.epochs() > from.epochs() || (entry.epochs() == from.epochs() && entry.steps() > from.steps());
    }

    /** Where a training goes on. */
    record Resumed(Found from, Checkpoint checkpoint) {}

    /**
     * Reads the newest checkpoint of {@link #findNewest} that is whole.
     *
     * @throws ConfigException if that is of another config
     * @throws DataException if it is of other data, or such that this training cannot have written it
     */
    Optional<Resumed> resume(TrainingIdentity identity, TrainingShape shape) {
        while (!found.isEmpty()) {
            Found newest = found.get(0);
            List<String> differences = newest.identity().differences(identity.sets());
            if (!differences.isEmpty()) {
                if (beginsAnewAfterTheEnd(newest, differences)) {
                    return Optional.empty();
                }
                throw new DataException("--resume: " + newest.entry().path() + " is of other data: " + some(differences)
                        + ". Bring the old data back to go on, or leave --resume out to begin anew.");
            }
            // other data may come to something else in the same config
            ResolvedConfig resolved = new ResolvedConfig(identity.config(), Set.of());
            if (onlyOwn && !isOwn(newest, resolved)) {
                return Optional.empty();
            }
            requireSameConfig(newest, resolved);
            shape.requireFits(newest.content(), CheckpointFiles.file(newest.entry(), CheckpointFiles.JSON));
            Optional<Checkpoint> whole = read(newest, shape);
            if (whole.isPresent()) {
                return Optional.of(new Resumed(newest, whole.get()));
            }
            found = found.size() > 1 ? found.subList(1, found.size()) : readable(entriesSince());
            if (found.isEmpty()) {
                sayNoneIsThere();
            }
        }
        return Optional.empty();
    }

    /** A run that is still at work has deleted those that were there when it had others. */
    private List<Entry> entriesSince() {
        List<Entry> before = entries;
        try {
            entries = directory.entries();
        } catch (IOException e) {
            throw new DataException(
                    "--resume: the checkpoints of " + output.path() + " cannot be read: " + Reason.of(e), e);
        }
        return entries.stream().filter(entry -> !before.contains(entry)).toList();
    }

    /** Empty if it is passed over. */
    private Optional<Checkpoint> read(Found from, TrainingShape shape) {
        try {
            return Optional.of(CheckpointFiles.withArrays(directory, from.entry(), from.content(), shape));
        } catch (DataException e) {
            try {
                // what is whole was altered with its checksum, or can be read by now
                directory.verify(from.entry(), List.of(CheckpointFiles.STATE));
            } catch (DataException damage) {
                passOver(from.entry(), damage);
                return Optional.empty();
            }
            throw refusal(from.entry(), e);
        }
    }
}
