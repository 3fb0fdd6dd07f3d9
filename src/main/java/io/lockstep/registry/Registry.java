package io.lockstep.registry;

import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.model.ModelDirectory;
import io.lockstep.model.PointerFile;
import io.lockstep.registry.History.Change;
import io.lockstep.registry.History.Event;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Versions of a model, on any Hadoop file system:
 *
 * <pre>
 * versions/000007/   a model directory, with decision.json (why it was promoted or not) and data.json (its files)
 * CURRENT            the champion's number, and below it the champions before it
 * locks/             claims of processes at work
 * </pre>
 *
 * A version appears by {@link ModelDirectory}'s rename, with its decision in it, and becomes champion by {@link PointerFile}'s. So
 * wherever a process ends, the registry has whole versions and one champion; what was decided and not yet carried out is
 * known to the next retraining ({@link #pending}).
 */
public final class Registry {
    /** The pointer to the champion. */
    public static final String CURRENT = "CURRENT";

    private static final String VERSIONS = "versions";
    private static final String LOCKS = "locks";

    private final String name;
    private final FileSystem fs;
    private final Path root;
    private final PointerFile current;

    private Registry(String name, FileSystem fs, Path root) {
        this.name = name;
        this.fs = fs;
        this.root = root;
        this.current = new PointerFile(fs, new Path(root, CURRENT));
    }

    /**
     * The registry at {@code path}, which need not exist.
     *
     * @throws ConfigException if it is no path, or on no file system that Hadoop knows
     */
    public static Registry at(String path, Configuration configuration) {
        ModelDirectory directory = ModelDirectory.at(path, configuration);
        return new Registry(path, directory.fileSystem(), directory.path());
    }

    /** The registry at {@code path} of {@code fs}. */
    public static Registry at(FileSystem fs, Path path) {
        ModelDirectory directory = ModelDirectory.at(fs, path);
        return new Registry(path.toString(), directory.fileSystem(), directory.path());
    }

    /** As the user named it. */
    public String name() {
        return name;
    }

    /** Whether it has a champion or a version, as far as a look can tell. */
    public boolean exists() {
        try {
            return fs.exists(new Path(root, CURRENT)) || fs.exists(new Path(root, VERSIONS));
        } catch (IOException e) {
            return false;
        }
    }

    /** Where the model of {@code version} is, or will be. */
    public ModelDirectory directory(Version version) {
        return ModelDirectory.at(fs, new Path(new Path(root, VERSIONS), version.toString()));
    }

    /** A process's right to be the only one that retrains. */
    public final class Retraining implements AutoCloseable {
        private final RegistryLock lock;

        private Retraining(RegistryLock lock) {
            this.lock = lock;
        }

        /**
         * Makes sure that no other process may retrain by now.
         *
         * @throws ConfigException if the right was taken away
         */
        public void requireHeld() {
            reporting(() -> {
                lock.requireHeld();
                return true;
            });
        }

        @Override
        public void close() {
            lock.close();
        }
    }

    /**
     * Begins a retraining.
     *
     * @param say takes sentences for the user
     * @throws ConfigException if another process is retraining, or the registry cannot be written
     */
    public Retraining beginRetraining(Consumer<String> say) {
        return reporting(() -> new Retraining(RegistryLock.take(
                fs, lock("retrain"), Owner.self(), "registry: " + name + " is being retrained", say)));
    }

    /** Takes away the claims of all processes; how many there were. */
    public int unlock() {
        return reporting(() -> RegistryLock.unlock(fs, lock("retrain")) + RegistryLock.unlock(fs, lock("current")));
    }

    private Path lock(String what) {
        return new Path(new Path(root, LOCKS), what);
    }

    /** The versions that there are, the oldest first. */
    public List<Version> versions() {
        return reporting(() -> {
            List<Version> versions = new ArrayList<>();
            for (Version version : folders()) {
                if (isModel(version)) {
                    versions.add(version);
                }
            }
            return versions;
        });
    }

    /** Of models, of trainings that have only checkpoints, and of versions half deleted; the oldest first. */
    private List<Version> folders() throws IOException {
        try {
            List<Version> folders = new ArrayList<>();
            for (FileStatus status : fs.listStatus(new Path(root, VERSIONS))) {
                Version.parse(status.getPath().getName())
                        .filter(version -> status.isDirectory()
                                && status.getPath().getName().equals(version.toString()))
                        .ifPresent(folders::add);
            }
            folders.sort(null);
            return folders;
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private boolean isModel(Version version) throws IOException {
        return fs.exists(new Path(directory(version).path(), ModelDirectory.MODEL_JSON));
    }

    /** The number of the next version: a folder without a model is one that was begun, and is gone on with. */
    public Version next() {
        return reporting(() -> {
            List<Version> models = versions();
            int last = models.isEmpty() ? 0 : models.get(models.size() - 1).number();
            for (Change change : history().changes()) {
                last = Math.max(last, change.version().number());
            }
            return new Version(last + 1);
        });
    }

    History history() {
        return reporting(() -> {
            Optional<String> text = current.read();
            return text.isEmpty() ? History.EMPTY : History.parse(text.get(), new Path(root, CURRENT).toString());
        });
    }

    /** The version that is in use, if there is one. */
    public Optional<Version> champion() {
        return history().champion();
    }

    /** The champion before the present one, to which {@link #rollback} goes. */
    public Optional<Version> championBefore() {
        return history().before();
    }

    /** Whether {@code version} is or was the champion. */
    public boolean wasChampion(Version version) {
        return history().knows(version);
    }

    /**
     * What a retraining decided and did not carry out, because it ended before: the newest version, if it was judged better
     * than the one that is champion still.
     */
    public Optional<Version> pending() {
        List<Version> versions = versions();
        if (versions.isEmpty()) {
            return Optional.empty();
        }
        Version newest = versions.get(versions.size() - 1);
        History history = history();
        return decision(newest)
                .filter(decision -> decision.verdict().promotes())
                .filter(decision -> decision.champion().equals(history.champion()))
                .filter(decision -> !history.knows(newest))
                .map(decision -> newest);
    }

    /** Why {@code version} was promoted or not, if a retraining made it. */
    public Optional<Decision> decision(Version version) {
        return Decision.read(fs, directory(version).path());
    }

    /** The files that {@code version} and those before it were trained on, if a retraining made it. */
    public Optional<SeenData> data(Version version) {
        return SeenData.read(fs, directory(version).path());
    }

    /**
     * Makes the challenger champion, if the champion is still the one that it was compared with.
     *
     * @param compared the champion then
     * @return whether it is champion now
     * @throws ConfigException if the registry cannot be written
     */
    public boolean promote(Version challenger, Optional<Version> compared) {
        return changing(history -> history.champion().equals(compared)
                ? Optional.of(history.with(challenger, Instant.now(), Event.RETRAIN))
                : Optional.empty());
    }

    /**
     * Makes {@code version} champion, whatever was decided on it.
     *
     * @throws ConfigException if there is no such version, or it is champion already
     */
    public void promote(Version version) {
        requireThere(version, "promote");
        changing(history -> {
            if (history.champion().equals(Optional.of(version))) {
                throw new ConfigException("registry: version " + version + " of " + name + " is the champion already.");
            }
            return Optional.of(history.with(version, Instant.now(), Event.PROMOTE));
        });
    }

    /**
     * Takes the last change of champion back.
     *
     * @return the champion now
     * @throws ConfigException if there was none before the present one
     */
    public Version rollback() {
        changing(history -> {
            Version before = history.before()
                    .orElseThrow(() -> new ConfigException("registry: " + name + " had no champion before "
                            + history.champion().map(Version::toString).orElse("the first")
                            + ", so there is nothing to go back to."));
            requireThere(before, "roll back to");
            return Optional.of(history.with(before, Instant.now(), Event.ROLLBACK));
        });
        return champion().orElseThrow();
    }

    private void requireThere(Version version, String what) {
        if (!versions().contains(version)) {
            List<Version> all = versions();
            throw new ConfigException("registry: cannot " + what + " version " + version + " of " + name
                    + ": there is no such version. There are: "
                    + (all.isEmpty()
                            ? "none"
                            : String.join(
                                    ", ", all.stream().map(Version::toString).toList())) + ".");
        }
    }

    /**
     * Deletes old versions. The champion and the one before it always stay, and so do the newest ones.
     *
     * @param keep how many of the newest
     * @return what was deleted
     */
    public List<Version> prune(int keep) {
        return locked(() -> {
            History history = history();
            List<Version> all = versions();
            Set<Version> kept = new HashSet<>(all.subList(Math.max(0, all.size() - keep), all.size()));
            history.champion().ifPresent(kept::add);
            history.before().ifPresent(kept::add);
            pending().ifPresent(kept::add);
            List<Version> deleted = new ArrayList<>();
            Version next = next();
            for (Version version : folders()) {
                if (kept.contains(version) || version.compareTo(next) >= 0) {
                    continue;
                }
                Path folder = directory(version).path();
                // what is half deleted is no version any more
                if (fs.delete(new Path(folder, ModelDirectory.MODEL_JSON), false)) {
                    deleted.add(version);
                }
                if (!fs.delete(folder, true) && fs.exists(folder)) {
                    throw new IOException("could not delete " + folder);
                }
            }
            return deleted;
        });
    }

    /** Deletes the checkpoints of a version that is whole, and so needs none. */
    public void dropCheckpoints(Version version) {
        reporting(() -> fs.delete(new Path(directory(version).path(), ModelDirectory.CHECKPOINTS), true));
    }

    /** Ends what an interrupted change of the champion began. */
    public void recover() {
        locked(() -> {
            current.recover();
            return true;
        });
    }

    /** What the history becomes; empty: what it is. */
    @FunctionalInterface
    private interface Step {
        Optional<History> next(History history) throws IOException;
    }

    private boolean changing(Step step) {
        return locked(() -> {
            Optional<History> next = step.next(history());
            if (next.isPresent()) {
                current.write(next.get().text());
            }
            return next.isPresent();
        });
    }

    private <T> T locked(Action<T> action) {
        return reporting(() -> {
            try (RegistryLock lock = RegistryLock.take(
                    fs,
                    lock("current"),
                    Owner.self(),
                    "registry: the champion of " + name + " is being changed",
                    sentence -> {})) {
                lock.requireHeld();
                return action.run();
            }
        });
    }

    /** Something with files. */
    @FunctionalInterface
    private interface Action<T> {
        T run() throws IOException;
    }

    private <T> T reporting(Action<T> action) {
        try {
            return action.run();
        } catch (FileNotFoundException e) {
            throw new DataException("registry: " + name + ": " + Reason.of(e), e);
        } catch (IOException | FSError e) {
            throw new ConfigException(
                    "registry: " + name + " cannot be read or written: " + Reason.of(e)
                            + ". What was there is there still; mend that and run the command again.",
                    e);
        }
    }
}
