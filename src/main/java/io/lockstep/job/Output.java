package io.lockstep.job;

import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What an option names, on any Hadoop file system: it is written aside, as a hidden neighbour, and appears whole. */
abstract sealed class Output permits OutputFile, OutputFolder {
    private final String option;
    private final String name;
    private final FileSystem fs;
    private final Path target;
    private final Path draft;

    Output(String option, String name, Configuration hadoop) throws IOException {
        this.option = option;
        this.name = name;
        Path given = new Path(name);
        this.fs = given.getFileSystem(hadoop);
        // through its string: a path made of a URI can end in a slash and then has no name
        this.target = new Path(fs.makeQualified(given).toString());
        if (target.getParent() == null) {
            throw new IOException("it is the root of a file system; name something below it");
        }
        this.draft = new Path(target.getParent(), draftPrefix() + UUID.randomUUID());
    }

    /** Looks at a place before anything is written there. */
    @FunctionalInterface
    interface Trial<T extends Output> {
        /** What will be written; throws if it cannot be. */
        T make() throws IOException;
    }

    /**
     * What {@code trial} makes.
     *
     * @throws ConfigException if {@code name} cannot be written
     */
    static <T extends Output> T tried(String option, String name, Trial<T> trial) {
        try {
            return trial.make();
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(option, name, e);
        }
    }

    /** On the command line. */
    final String option() {
        return option;
    }

    /** As the user wrote it. */
    final String name() {
        return name;
    }

    final FileSystem fs() {
        return fs;
    }

    /** Where it is to be. */
    final Path target() {
        return target;
    }

    /** Where it is written until then; each run has its own. */
    final Path draft() {
        return draft;
    }

    /** How the names of all runs' drafts begin. */
    final String draftPrefix() {
        return "." + target.getName() + ".new-";
    }

    /** The folder that it is in. */
    final void makeParent() throws IOException {
        if (!fs.mkdirs(target.getParent())) {
            throw new IOException("cannot make the folder " + target.getParent());
        }
    }

    final IOException notRenamed() {
        return new IOException("could not rename " + draft + " to " + target.getName());
    }

    /** What stopped the writing. */
    final ConfigException refusal(Throwable cause) {
        return refusal(option, name, cause);
    }

    private static ConfigException refusal(String option, String name, Throwable cause) {
        return new ConfigException(option + ": " + name + " cannot be written: " + Reason.of(cause) + ".", cause);
    }
}
