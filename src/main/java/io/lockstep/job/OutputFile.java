package io.lockstep.job;

import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The file that {@code --out} names, on any Hadoop file system: it appears whole, or what was there stays. */
final class OutputFile {
    private final String name;
    private final FileSystem fs;
    /** Without the .crc files that Hadoop would put beside the user's. */
    private final FileSystem raw;

    private final Path target;
    private final Path draft;

    private OutputFile(String name, FileSystem fs) throws IOException {
        this.name = name;
        this.fs = fs;
        this.raw = fs instanceof ChecksumFileSystem checksummed ? checksummed.getRawFileSystem() : fs;
        this.target = fs.makeQualified(new Path(name));
        requireNoFolder();
        this.draft = new Path(target.getParent(), "." + target.getName() + ".new-" + UUID.randomUUID());
    }

    /**
     * The file, after a trial: its folder is made, and a small file beside it written and deleted.
     *
     * @throws ConfigException if it cannot be written there
     */
    static OutputFile writable(String name, Configuration hadoop) {
        try {
            OutputFile file = new OutputFile(name, new Path(name).getFileSystem(hadoop));
            if (!file.raw.mkdirs(file.target.getParent())) {
                throw new IOException("cannot make the folder " + file.target.getParent());
            }
            file.writeDraft(new byte[1]);
            file.raw.delete(file.draft, false);
            return file;
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(name, e);
        }
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
            throw refusal(name, e);
        }
    }

    private void writeDraft(byte[] content) throws IOException {
        try (OutputStream stream = raw.create(draft, false)) {
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
                fs.delete(target, false);
                if (!renamed()) {
                    throw new IOException("could not rename " + draft + " to " + target.getName());
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
            return fs.rename(draft, target);
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Hadoop would move the file into a folder. */
    private void requireNoFolder() throws IOException {
        try {
            if (fs.getFileStatus(target).isDirectory()) {
                throw new IOException("it is a folder; name a file");
            }
        } catch (FileNotFoundException e) {
            // free
            return;
        }
    }

    private IOException discarded(IOException cause) {
        try {
            raw.delete(draft, false);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }

    private static ConfigException refusal(String name, Exception e) {
        return new ConfigException("--out: " + name + " cannot be written: " + Reason.of(e), e);
    }
}
