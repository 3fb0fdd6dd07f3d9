package io.lockstep.model;

import io.lockstep.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A run's claim to be the one that writes a directory's checkpoints: a file with its id, which the run that begins last
 * writes over. So what a crashed run left keeps nobody out, and of two that live one learns that it is to stop.
 *
 * <p>It asks no more of a file system than that a file is there with one writer's content in the end. A look and what is
 * done upon it are two operations: a run that was overtaken between them does that one operation still, on whole
 * checkpoints.
 */
public final class CheckpointClaim {
    /** No checkpoint by its name. */
    static final String FILE = ".writer";

    private static final int MOST_BYTES = 256;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final CheckpointDirectory directory;
    private final String id = UUID.randomUUID().toString();
    private boolean taken;
    private boolean lost;
    /** Whether the model directory came with the claim. */
    private boolean madeModel;

    CheckpointClaim(CheckpointDirectory directory) {
        this.directory = directory;
    }

    /** Takes the place of whoever has it. */
    public void take() throws IOException {
        FileSystem fs = directory.fileSystem();
        Path model = file().getParent().getParent();
        madeModel = madeModel || !fs.exists(model);
        try (OutputStream out = new DurableStream(fs.create(file(), true))) {
            out.write((id + "\n").getBytes(StandardCharsets.UTF_8));
        }
        taken = true;
    }

    /**
     * Whether it is this run's. Once it is not, it never is again. Where the file has gone, or holds no id, because its
     * writing was interrupted, it is taken anew.
     *
     * @throws IOException if the file system does not tell
     */
    public boolean isHeld() throws IOException {
        if (lost) {
            return false;
        }
        Optional<String> owner = owner();
        if (owner.isPresent() && taken) {
            lost = !owner.get().equals(id);
        } else {
            // what stands there is of a run that this one was to take the place of when it began, and could not
            take();
        }
        return !lost;
    }

    /** Gives it up at the end, and leaves no trace where there is no checkpoint. */
    public void release() throws IOException {
        if (taken && !lost && owner().filter(id::equals).isPresent()) {
            FileSystem fs = directory.fileSystem();
            fs.delete(file(), false);
            Path checkpoints = file().getParent();
            deleteIfEmpty(checkpoints);
            if (madeModel) {
                deleteIfEmpty(checkpoints.getParent());
            }
        }
    }

    private void deleteIfEmpty(Path folder) throws IOException {
        FileSystem fs = directory.fileSystem();
        if (fs.exists(folder) && fs.listStatus(folder).length == 0) {
            fs.delete(folder, false);
        }
    }

    private Optional<String> owner() throws IOException {
        try {
            String text = new String(directory.bytes(file(), MOST_BYTES), StandardCharsets.UTF_8).strip();
            return Optional.of(text).filter(ID.asMatchPredicate());
        } catch (FileNotFoundException | DataException e) {
            return Optional.empty();
        }
    }

    private Path file() {
        return directory.file(FILE);
    }
}
