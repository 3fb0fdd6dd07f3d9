package io.lockstep.model;

import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A place for a model on any Hadoop file system, and how a model appears there whole or not at all.
 *
 * <p>A new model is written to a draft beside the target, {@code .<name>.new-<random>}. Publishing renames an old target to
 * {@code .<name>.previous}, the draft to the target, and deletes the previous one. Each state between those steps has one
 * whole model at the target or, where the target is missing, at {@code .<name>.previous}; readers look there, and the
 * next writer tidies up. That holds where renaming a directory is atomic, as on {@code file:} and {@code hdfs:}. An object
 * store that copies instead can show a part of the new model for a while; {@link ModelIo} refuses it by its checksum.
 *
 * <p>One writer at a time per target; any number of readers at any time.
 */
public final class ModelDirectory {

    /** The description, whose presence makes a directory a model directory. */
    public static final String MODEL_JSON = "model.json";

    /** The parameters. */
    public static final String WEIGHTS = "weights.safetensors";

    /**
     * A training's checkpoints. They may stand at the target before there is a model, and go along to a new model that
     * does not bring its own.
     */
    public static final String CHECKPOINTS = "checkpoints";

    private static final Set<String> OWN_NAMES = Set.of(
            MODEL_JSON,
            WEIGHTS,
            CHECKPOINTS,
            "metrics.json",
            "config.yaml",
            "profile.json",
            "report.html",
            "MODEL_CARD.md");

    private static final long STALE_DRAFT_MILLIS = 24L * 60 * 60 * 1000;

    private final FileSystem fs;
    private final Path target;
    private final Path previous;

    private ModelDirectory(FileSystem fs, Path path) {
        // LocalFileSystem would put .crc files beside the user's; weights carry a checksum of their own
        this.fs = fs instanceof ChecksumFileSystem checksummed ? checksummed.getRawFileSystem() : fs;
        // through its string: a path made of a URI can end in a slash and then has no name
        this.target = new Path(this.fs.makeQualified(path).toString());
        if (target.getParent() == null) {
            throw new ConfigException(target + " is the root of a file system; name a directory below it");
        }
        this.previous = sibling(".previous");
    }

    /**
     * The place at {@code path}, which need not exist.
     *
     * @throws ConfigException if it is no path, or on no file system that Hadoop knows
     */
    public static ModelDirectory at(String path, Configuration configuration) {
        try {
            Path parsed = new Path(path);
            return new ModelDirectory(parsed.getFileSystem(configuration), parsed);
        } catch (IllegalArgumentException | IOException e) {
            throw new ConfigException("\"" + path + "\" is no usable path: " + Reason.of(e), e);
        }
    }

    /** The place at {@code path} of {@code fs}. */
    public static ModelDirectory at(FileSystem fs, Path path) {
        return new ModelDirectory(fs, path);
    }

    /** Where the model is, or will be. */
    public Path path() {
        return target;
    }

    /** Its file system, without checksum files. */
    public FileSystem fileSystem() {
        return fs;
    }

    /** Whether there is a model, as far as a look can tell. */
    public boolean holdsModel() {
        try {
            return isModel(target) || isModel(previous);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Where a reader finds the model: the target or, where an interrupted publish left only that, the previous one.
     *
     * @throws DataException if there is no model
     */
    public Path locate() {
        try {
            // the target once more at the end: between the first two looks a publish may have ended
            for (Path candidate : List.of(target, previous, target)) {
                if (isModel(candidate)) {
                    return candidate;
                }
            }
            throw new DataException(target + ": expected a model directory, found "
                    + (fs.exists(target) ? "no " + MODEL_JSON + " in it" : "nothing") + "; train a model there first");
        } catch (IOException e) {
            throw new DataException(target + ": cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * A file beside the model, of at most {@code most} bytes; empty where the model has none of that name.
     *
     * @throws DataException if there is no model, or the file cannot be read or is larger
     */
    public Optional<byte[]> file(String name, long most) {
        Path file = new Path(locate(), name);
        try {
            if (!fs.exists(file)) {
                return Optional.empty();
            }
            long length = fs.getFileStatus(file).getLen();
            if (length > most) {
                throw new DataException(
                        file + ": expected at most " + most + " bytes, found " + length + ": no training made it");
            }
            try (FSDataInputStream in = fs.open(file)) {
                return Optional.of(in.readNBytes((int) length));
            }
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    /** The model that an interrupted publish was to replace, if there is one. */
    Optional<Path> previousModel() {
        try {
            return isModel(previous) ? Optional.of(previous) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Makes sure before a training that its model can be published: makes the parent directories, writes and deletes a
     * small file beside the target, and tidies up after an interrupted run.
     *
     * @throws ConfigException if it cannot
     */
    public void checkWritable() {
        Path probe = sibling(draftSuffix());
        try {
            if (!fs.mkdirs(target.getParent())) {
                throw new IOException("cannot make the directory " + target.getParent());
            }
            try (OutputStream out = fs.create(probe, false)) {
                out.write(0);
            }
            delete(probe);
            recover();
            requireReplaceable();
        } catch (IOException e) {
            throw new ConfigException(
                    "output: cannot write to " + target.getParent() + " for the model " + target.getName() + ": "
                            + Reason.of(e) + "; mend that or name another output",
                    e);
        }
    }

    /**
     * Opens a draft beside the target.
     *
     * @throws IOException if the file system refuses
     */
    public ModelDraft openDraft() throws IOException {
        recover();
        Path draft = sibling(draftSuffix());
        if (!fs.mkdirs(draft)) {
            throw new IOException("cannot make the directory " + draft);
        }
        return new ModelDraft(this, draft);
    }

    /** Puts {@code draft} in the target's place, or leaves what was there. */
    void publish(Path draft) throws IOException {
        recover();
        requireReplaceable();
        Optional<FileStatus> old = status(target);
        if (old.isPresent()) {
            move(target, previous);
        }
        try {
            move(draft, target);
            requireNotNested(draft);
        } catch (IOException e) {
            restore(e);
            throw e;
        }
        try {
            retirePrevious();
        } catch (IOException e) {
            // the new model is in place, and the next writer's recover() does what is left
            return;
        }
    }

    /** Hadoop moves a directory into one that another writer put there meanwhile: then this one goes back. */
    private void requireNotNested(Path draft) throws IOException {
        Path nested = new Path(target, draft.getName());
        if (fs.exists(nested)) {
            move(nested, draft);
            throw new IOException(target + " appeared in the middle: another run writes there");
        }
    }

    private void restore(IOException cause) {
        try {
            recover();
        } catch (IOException | ConfigException e) {
            // readers find it as the previous one, and the next writer's recover() puts it back
            cause.addSuppressed(e);
        }
    }

    /** Ends what an interrupted publish began, forward or back, and deletes its old drafts. */
    private void recover() throws IOException {
        if (fs.exists(previous)) {
            if (!fs.exists(target)) {
                move(previous, target);
            } else if (!isModel(previous) || (isModel(target) && ModelIo.isWhole(fs, target))) {
                retirePrevious();
            } else if (isPartOfModel(target) && ModelIo.isWhole(fs, previous)) {
                restorePrevious();
            } else {
                throw new ConfigException(
                        "output: " + target + " has no whole model, but an interrupted run left a model in " + previous
                                + "; delete the one that you do not want");
            }
        }
        Pattern drafts = Pattern.compile(Pattern.quote("." + target.getName() + ".new-") + "[0-9a-f]{16}");
        long now = System.currentTimeMillis();
        FileStatus[] stale = list(
                target.getParent(),
                status -> drafts.matcher(status.getPath().getName()).matches()
                        && status.getModificationTime() < now - STALE_DRAFT_MILLIS);
        for (FileStatus status : stale) {
            delete(status.getPath());
        }
    }

    /** Deletes the previous model once the target has what is to be kept of it. */
    private void retirePrevious() throws IOException {
        keepCheckpoints(previous, target);
        delete(previous);
    }

    /** Moves checkpoints from a directory that is to go; a move that copies may have been interrupted before. */
    private void keepCheckpoints(Path from, Path to) throws IOException {
        Path checkpoints = new Path(from, CHECKPOINTS);
        Path kept = new Path(to, CHECKPOINTS);
        if (!fs.exists(checkpoints)) {
            return;
        }
        if (!fs.exists(kept)) {
            move(checkpoints, kept);
            return;
        }
        CheckpointDirectory there = new CheckpointDirectory(fs, kept);
        for (CheckpointDirectory.Entry entry : new CheckpointDirectory(fs, checkpoints).entries()) {
            Path place = new Path(kept, entry.path().getName());
            if (!there.isWhole(new CheckpointDirectory.Entry(entry.epochs(), entry.steps(), place))) {
                delete(place);
                move(entry.path(), place);
            }
        }
    }

    /** What was to replace it is damaged: a rename that copies was interrupted. */
    private void restorePrevious() throws IOException {
        keepCheckpoints(target, previous);
        delete(target);
        move(previous, target);
    }

    private void requireReplaceable() throws IOException {
        Optional<FileStatus> found = status(target);
        if (found.isEmpty()) {
            return;
        }
        if (!found.get().isDirectory()) {
            throw new ConfigException(
                    "output: " + target + " exists and is not a model directory but a file; name another output");
        }
        boolean foreign = !isModel(target)
                && list(target, status -> !status.getPath().getName().equals(CHECKPOINTS)).length > 0;
        if (foreign) {
            throw new ConfigException("output: " + target + " exists and is not a model directory (no " + MODEL_JSON
                    + " in it); it is left alone: name another output or empty it");
        }
    }

    private void move(Path from, Path to) throws IOException {
        move(fs, from, to);
    }

    /** Renames; what happened counts, not what the file system answered, because an answer can be lost. */
    static void move(FileSystem fs, Path from, Path to) throws IOException {
        IOException failure = null;
        boolean answer = false;
        try {
            answer = fs.rename(from, to);
        } catch (IOException e) {
            failure = e;
        }
        if (!answer && (fs.exists(from) || !fs.exists(to))) {
            throw new IOException(
                    "could not rename " + from + " to " + to.getName()
                            + (failure == null ? "" : ": " + Reason.of(failure)),
                    failure);
        }
    }

    void delete(Path path) throws IOException {
        delete(fs, path);
    }

    static void delete(FileSystem fs, Path path) throws IOException {
        if (!fs.delete(path, true) && fs.exists(path)) {
            throw new IOException("could not delete " + path);
        }
    }

    /** Whether there is nothing in it but what a rename that copies file by file has brought so far. */
    private boolean isPartOfModel(Path directory) throws IOException {
        return isModel(directory)
                || list(
                                        directory,
                                        status -> !OWN_NAMES.contains(
                                                status.getPath().getName()))
                                .length
                        == 0;
    }

    private boolean isModel(Path directory) throws IOException {
        return status(new Path(directory, MODEL_JSON)).isPresent();
    }

    private Optional<FileStatus> status(Path path) throws IOException {
        try {
            return Optional.of(fs.getFileStatus(path));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private FileStatus[] list(Path directory, Predicate<FileStatus> filter) throws IOException {
        try {
            return Arrays.stream(fs.listStatus(directory)).filter(filter).toArray(FileStatus[]::new);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    private Path sibling(String suffix) {
        return new Path(target.getParent(), "." + target.getName() + suffix);
    }

    private static String draftSuffix() {
        return ".new-" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    }
}
