package io.lockstep.model;

import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * A small text file on any Hadoop file system, of which a reader at any moment finds the whole old text or the whole new
 * one. The new text is written aside, {@code .<name>.new-<random>}, and put in the place of the old one by one rename where the
 * file system can do that ({@code file:}, {@code hdfs:}). Where it cannot, as object stores, the old text goes to
 * {@code .<name>.previous} first, where readers look while there is none at its place, and the next writer tidies up: no
 * step needs more than that one object appears whole.
 *
 * <p>One writer at a time; any number of readers.
 */
public final class PointerFile {
    /** A few lines, or a history of them; what is larger is something else. */
    private static final int MOST_BYTES = 16 << 20;

    private static final long STALE_DRAFT_MILLIS = 24L * 60 * 60 * 1000;

    private final FileSystem fs;
    private final Path target;
    private final Path previous;

    /** The file at {@code path}, which need not exist. */
    public PointerFile(FileSystem fs, Path path) {
        this.fs = fs;
        this.target = path;
        this.previous = sibling(".previous");
    }

    /** Its text, if it has been written. */
    public Optional<String> read() throws IOException {
        // the target once more at the end: between the first two looks a writer may have come to its end
        for (Path candidate : List.of(target, previous, target)) {
            Optional<String> text = text(candidate);
            if (text.isPresent()) {
                return text;
            }
        }
        return Optional.empty();
    }

    /**
     * Puts {@code text} in the place of the present one.
     *
     * @throws IOException if the file system refuses; then the present one is still there
     */
    public void write(String text) throws IOException {
        recover();
        Path draft = sibling(".new-" + UUID.randomUUID());
        try {
            try (OutputStream out = new DurableStream(fs.create(draft, false))) {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            }
            replace(draft);
        } catch (IOException | FSError e) {
            dropQuietly(draft, e);
            if (holds(text)) {
                // what happened counts, not what the file system answered
                return;
            }
            throw e instanceof IOException failure ? failure : new IOException(Reason.of(e), e);
        }
    }

    /** Ends what an interrupted write began, back where its text had not appeared yet. */
    public void recover() throws IOException {
        if (fs.exists(previous)) {
            if (fs.exists(target)) {
                ModelDirectory.delete(fs, previous);
            } else {
                ModelDirectory.move(fs, previous, target);
            }
        }
        deleteStaleDrafts();
    }

    private void deleteStaleDrafts() throws IOException {
        Pattern drafts = Pattern.compile(Pattern.quote("." + target.getName() + ".new-") + "[0-9a-f-]{36}");
        long oldest = System.currentTimeMillis() - STALE_DRAFT_MILLIS;
        try {
            for (FileStatus status : fs.listStatus(target.getParent())) {
                if (drafts.matcher(status.getPath().getName()).matches() && status.getModificationTime() < oldest) {
                    ModelDirectory.delete(fs, status.getPath());
                }
            }
        } catch (FileNotFoundException e) {
            // the folder is not there yet, and nothing in it
            return;
        }
    }

    private void replace(Path draft) throws IOException {
        if (!fs.exists(target)) {
            ModelDirectory.move(fs, draft, target);
        } else if (!renamedOver(draft)) {
            ModelDirectory.move(fs, target, previous);
            try {
                ModelDirectory.move(fs, draft, target);
            } catch (IOException e) {
                putBack(e);
                throw e;
            }
            ModelDirectory.delete(fs, previous);
        }
    }

    private void putBack(IOException cause) {
        try {
            recover();
        } catch (IOException e) {
            // readers find it as the previous one, and the next writer puts it back
            cause.addSuppressed(e);
        }
    }

    /** Whether the file system put the one in the place of the other in one step, without a moment with neither. */
    private boolean renamedOver(Path draft) throws IOException {
        if (fs instanceof DistributedFileSystem hdfs) {
            hdfs.rename(draft, target, Options.Rename.OVERWRITE);
            return true;
        }
        try {
            return fs.rename(draft, target);
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private boolean holds(String text) {
        try {
            return read().equals(Optional.of(text));
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<String> text(Path path) throws IOException {
        try {
            long length = fs.getFileStatus(path).getLen();
            if (length > MOST_BYTES) {
                throw new IOException(path + ": expected at most " + MOST_BYTES + " bytes, found " + length);
            }
            try (InputStream in = fs.open(path)) {
                return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
            }
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private void dropQuietly(Path draft, Throwable cause) {
        try {
            ModelDirectory.delete(fs, draft);
        } catch (IOException | FSError e) {
            // hidden by its name, and deleted by a later writer
            cause.addSuppressed(e);
        }
    }

    private Path sibling(String suffix) {
        return new Path(target.getParent(), "." + target.getName() + suffix);
    }
}
