package io.lockstep.job;

import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * A folder that {@code predict} writes; it appears by one rename. A run that fails or is interrupted leaves nothing;
 * what one that was killed left is deleted by a later one, when it is a day old.
 */
final class OutputFolder extends Output {
    private static final long STALE_DRAFT_MILLIS = 24L * 60 * 60 * 1000;

    private OutputFolder(String option, String name, Configuration hadoop) throws IOException {
        super(option, name, hadoop);
    }

    /**
     * The folder, which does not exist yet.
     *
     * @param option that names it
     * @throws ConfigException if it does, or cannot be written
     */
    static OutputFolder free(String option, String name, Configuration hadoop) {
        return tried(option, name, () -> {
            OutputFolder folder = new OutputFolder(option, name, hadoop);
            folder.requireFree();
            return folder;
        });
    }

    /**
     * Where it is to be written until it is published.
     *
     * @throws ConfigException if it cannot be
     */
    String open() {
        try {
            makeParent();
            deleteStaleDrafts();
            // Hadoop does so when the JVM is told to end; after Spark, which may be writing there
            fs().deleteOnExit(draft());
            return draft().toString();
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
                throw notRenamed();
            }
            Path nested = new Path(target(), draft().getName());
            if (fs().exists(nested)) {
                // Hadoop moves a folder into one that somebody else made meanwhile
                fs().delete(nested, true);
                throw occupied();
            }
            fs().cancelDeleteOnExit(draft());
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
            fs().delete(draft(), true);
            fs().cancelDeleteOnExit(draft());
        } catch (IOException e) {
            System.err.println("lockstep: " + option() + ": " + draft() + " is not whole and could not be deleted: "
                    + Reason.of(e));
        }
    }

    /** Takes a folder back that was published. */
    void withdraw() {
        try {
            fs().delete(target(), true);
        } catch (IOException e) {
            System.err.println("lockstep: " + option() + ": " + target()
                    + " should not be there and could not be deleted: " + Reason.of(e));
        }
    }

    private void requireFree() throws IOException {
        if (fs().exists(target())) {
            throw occupied();
        }
    }

    private ConfigException occupied() {
        return new ConfigException(
                option() + ": " + name() + " exists already; nothing was overwritten. Name another.");
    }

    private boolean renamed() throws IOException {
        try {
            return fs().rename(draft(), target());
        } catch (FileAlreadyExistsException e) {
            throw occupied();
        }
    }

    private void deleteStaleDrafts() throws IOException {
        Pattern drafts = Pattern.compile(Pattern.quote(draftPrefix()) + "[0-9a-f-]{36}");
        long oldest = System.currentTimeMillis() - STALE_DRAFT_MILLIS;
        try {
            for (FileStatus status : fs().listStatus(target().getParent())) {
                if (drafts.matcher(status.getPath().getName()).matches() && status.getModificationTime() < oldest) {
                    fs().delete(status.getPath(), true);
                }
            }
        } catch (FileNotFoundException e) {
            // none
            return;
        }
    }
}
