package io.lockstep.job;

import io.lockstep.error.ConfigException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;

/** A file that an option names: it appears whole, or what was there stays. */
final class OutputFile extends Output {
    /** Without the .crc files that Hadoop would put beside the user's. */
    private final FileSystem raw;

    private OutputFile(String option, String name, Configuration hadoop) throws IOException {
        super(option, name, hadoop);
        this.raw = fs() instanceof ChecksumFileSystem checksummed ? checksummed.getRawFileSystem() : fs();
    }

    /**
     * The file, after a trial: its folder is made, and a small file beside it written and deleted.
     *
     * @throws ConfigException if it cannot be written there
     */
    static OutputFile writable(String option, String name, Configuration hadoop) {
        return tried(option, name, () -> {
            OutputFile file = new OutputFile(option, name, hadoop);
            file.requireNoFolder();
            file.makeParent();
            file.writeDraft(new byte[1]);
            file.raw.delete(file.draft(), false);
            return file;
        });
    }

    /**
     * Writes the file, in the place of one that is there.
     *
     * @throws ConfigException if it cannot be written
     */
    void write(byte[] content) {
        try {
            writeDraft(content);
            publish();
        } catch (IOException e) {
            throw refusal(e);
        }
    }

    private void writeDraft(byte[] content) throws IOException {
        try (OutputStream stream = raw.create(draft(), false)) {
            stream.write(content);
        } catch (IOException e) {
            throw discarded(e);
        }
    }

    private void publish() throws IOException {
        try {
            // a file system that puts one file in the place of another leaves no moment without either
            if (!renamed()) {
                requireNoFolder();
                fs().delete(target(), false);
                if (!renamed()) {
                    throw notRenamed();
                }
            }
        } catch (IOException e) {
            throw discarded(e);
        }
    }

    /** Through the file system with checksums: it deletes an old .crc file, which would belie the new content. */
    private boolean renamed() throws IOException {
        requireNoFolder();
        try {
            return fs().rename(draft(), target());
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Hadoop would move the file into a folder. */
    private void requireNoFolder() throws IOException {
        try {
            if (fs().getFileStatus(target()).isDirectory()) {
                throw new IOException("it is a folder; name a file");
            }
        } catch (FileNotFoundException e) {
            // free
            return;
        }
    }

    private IOException discarded(IOException cause) {
        try {
            raw.delete(draft(), false);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }
}
