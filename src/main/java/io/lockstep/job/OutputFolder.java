package io.lockstep.job;

import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that {@code predict --out} names, on any Hadoop file system: it is written aside, as a hidden folder beside
 * it, and appears by one rename. A run that fails or is interrupted leaves nothing; what one that was killed left is
 * deleted by a later one, when it is a day old.
 */
final class OutputFolder {
    private static final long STALE_DRAFT_MILLIS = 24L * 60 * 60 * 1000;

    private final String name;
    private final FileSystem fs;
    private final Path target;
    private final Path draft;

    private OutputFolder(String name, FileSystem fs) throws IOException {
        this.name = name;
        this.fs = fs;
        // through its string: a path made of a URI can end in a slash and then has no name
        this.target = new Path(fs.makeQualified(new Path(name)).toString());
        if (target.getParent() == null) {
            throw new IOException("it is the root of a file system; name a folder below it");
        }
        this.draft = new Path(target.getParent(), prefix() + UUID.randomUUID());
    }

    /**
     * The folder, which does not exist yet.
     *
     * @throws ConfigException if it does, or cannot be written
     */
    static OutputFolder free(String name, Configuration hadoop) {
        try {
            OutputFolder folder = new OutputFolder(name, new Path(name).getFileSystem(hadoop));
            folder.requireFree();
            return folder;
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(name, e);
        }
    }

    /**
     * Where it is to be written until it is published.
     *
     * @throws ConfigException if it cannot be
     */
    String open() {
        try {
            if (!fs.mkdirs(target.getParent())) {
                throw new IOException("cannot make the folder " + target.getParent());
            }
            deleteStaleDrafts();
            // Hadoop does so when the JVM is told to end; after Spark, which may be writing there
            fs.deleteOnExit(draft);
            return draft.toString();
        } catch (IOException e) {
            throw refusal(e);
        }
    }

    /**
     * Lets the folder appear.
     *
     * @throws ConfigException if it cannot; then nothing is left of it
     */
    void publish() {
        try {
            requireFree();
            if (!renamed()) {
                throw new IOException("could not rename " + draft + " to " + target.getName());
            }
            Path nested = new Path(target, draft.getName());
            if (fs.exists(nested)) {
                // Hadoop moves a folder into one that somebody else made meanwhile
                fs.delete(nested, true);
                throw occupied();
            }
            fs.cancelDeleteOnExit(draft);
        } catch (IOException e) {
            discard();
            throw refusal(e);
        } catch (ConfigException e) {
            discard();
            throw e;
        }
    }

    /** Takes away what was written. */
    void discard() {
        try {
            fs.delete(draft, true);
            fs.cancelDeleteOnExit(draft);
        } catch (IOException e) {
            System.err.println("lockstep: --out: " + draft + " is not whole and could not be deleted: " + Reason.of(e));
        }
    }

    /** What stopped the writing of the folder. */
    ConfigException refusal(Throwable cause) {
        return refusal(name, cause);
    }

    private static ConfigException refusal(String name, Throwable cause) {
        return new ConfigException("--out: " + name + " cannot be written: " + Reason.of(cause) + ".", cause);
    }

    private void requireFree() throws IOException {
        if (fs.exists(target)) {
            throw occupied();
        }
    }

    private ConfigException occupied() {
        return new ConfigException("--out: " + name + " exists already; nothing was overwritten. Name another.");
    }

    private boolean renamed() throws IOException {
        try {
            return fs.rename(draft, target);
        } catch (FileAlreadyExistsException e) {
            throw occupied();
        }
    }

    private String prefix() {
        return "." + target.getName() + ".new-";
    }

    private void deleteStaleDrafts() throws IOException {
        Pattern drafts = Pattern.compile(Pattern.quote(prefix()) + "[0-9a-f-]{36}");
        long oldest = System.currentTimeMillis() - STALE_DRAFT_MILLIS;
        try {
            for (FileStatus status : fs.listStatus(target.getParent())) {
                if (drafts.matcher(status.getPath().getName()).matches() && status.getModificationTime() < oldest) {
                    fs.delete(status.getPath(), true);
                }
            }
        } catch (FileNotFoundException e) {
            // none
            return;
        }
    }
}
