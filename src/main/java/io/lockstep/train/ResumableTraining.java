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
    private final List<Entry> entries;
    private Optional<Found> found = Optional.empty();
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
            directory.deleteDrafts();
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
                + newest.path().getName()
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
        found = newest();
        if (found.isEmpty()) {
            say.accept("There is no checkpoint to go on from in " + output.path()
                    + ": the training begins at the beginning.");
            return;
        }
        Found newest = found.get();
        List<String> differences = newest.identity()
                .differences(config, newest.checkpoint().epochs().size());
        if (!differences.isEmpty()) {
            throw new ConfigException("--resume: " + newest.entry().path() + " is of another config: "
                    + some(differences) + ". Set that back to go on, or leave --resume out to begin anew.");
        }
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
        found = newest().filter(this::isOwn);
    }

    private boolean isOwn(Found newest) {
        List<String> differences = new ArrayList<>(newest.identity()
                .differences(config, newest.checkpoint().epochs().size()));
        differences.addAll(newest.identity().otherVersions(versions));
        if (!differences.isEmpty()) {
            passOverForeign(newest, differences);
        }
        return differences.isEmpty();
    }

    private void passOverForeign(Found newest, List<String> differences) {
        say.accept("The checkpoint " + newest.entry().path().getName() + " is of a training that did not end, and of"
                + " another one (" + some(differences) + "): this one begins at the beginning.");
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
        say.accept("The checkpoint " + newest.entry().path().getName()
                + " is of a training that has ended, of other data (" + some(differences)
                + "): this one begins at the beginning.");
        return true;
    }

    private static String some(List<String> differences) {
        int named = Math.min(MOST_NAMED, differences.size());
        return String.join("; ", differences.subList(0, named))
                + (named < differences.size() ? "; and " + (differences.size() - named) + " more" : "");
    }

    /** What {@link #findNewest} found. */
    Optional<Found> found() {
        return found;
    }

    /** By the run that wrote it, then by how far it came. */
    private Optional<Found> newest() {
        List<Found> whole = new ArrayList<>();
        for (Entry entry : entries) {
            try {
                whole.add(new Found(entry, CheckpointFiles.json(directory, entry)));
            } catch (DataException e) {
                passOver(entry, e);
            }
        }
        // stable, and the entries stand in the order of how far they came
        whole.sort(
                Comparator.comparingLong((Found each) -> each.content().run()).reversed());
        for (Found each : whole) {
            try {
                directory.verify(each.entry(), List.of(CheckpointFiles.STATE));
                return Optional.of(each);
            } catch (DataException e) {
                passOver(each.entry(), e);
            }
        }
        return Optional.empty();
    }

    private void passOver(Entry entry, DataException e) {
        if (!Damage.isIn(e)) {
            // to begin anew would in the end delete it
            throw new DataException(
                    "--resume: " + e.getMessage() + ". Mend that, or delete " + entry.path()
                            + " to go on from what was before it.",
                    e);
        }
        say.accept("The checkpoint " + entry.path().getName() + " is passed over: " + e.getMessage() + ".");
    }

    /**
     * Trains.
     *
     * @throws DataException if the checkpoint to go on from is of other data
     */
    public TrainingResult train(Trainer trainer, TrainingData data) {
        TrainingIdentity identity = TrainingIdentity.of(config, data, versions);
        Optional<Checkpoint> from = found.flatMap(each -> resume(each, identity, trainer));
        if (from.isEmpty()) {
            found = Optional.empty();
        }
        long run = found.map(each -> each.content().run()).orElseGet(System::currentTimeMillis);
        trainer.announce(
                Instant.ofEpochMilli(run), from.map(Checkpoint::optimizerSteps).orElse(0L));
        if (config.checkpoint().isEmpty()) {
            return trainer.train(from, Optional.empty());
        }
        List<Entry> foreign = found.map(each -> entries.stream()
                        .filter(entry -> isForeign(entry, each.entry()))
                        .toList())
                .orElse(entries);
        int keep = config.checkpoint().get().keep();
        try (CheckpointWriter writer = new CheckpointWriter(directory, identity, run, keep, foreign)) {
            return trainer.train(from, Optional.of(writer));
        }
    }

    /** Whether it is later than the one to go on from, and so of another run or no good. */
    private static boolean isForeign(Entry entry, Entry from) {
        return entry.epochs() > from.epochs() || (entry.epochs() == from.epochs() && entry.steps() > from.steps());
    }

    private Optional<Checkpoint> resume(Found from, TrainingIdentity identity, Trainer trainer) {
        List<String> differences = from.identity().differences(identity.sets());
        if (!differences.isEmpty()) {
            if (beginsAnewAfterTheEnd(from, differences)) {
                return Optional.empty();
            }
            throw new DataException("--resume: " + from.entry().path() + " is of other data: " + some(differences)
                    + ". Bring the old data back to go on, or leave --resume out to begin anew.");
        }
        return Optional.of(CheckpointFiles.withArrays(directory, from.entry(), from.content(), trainer.shape()));
    }
}
