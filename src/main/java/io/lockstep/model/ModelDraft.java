package io.lockstep.model;

import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.Path;

/**
 * A model directory in the making, beside its target. {@link #publish} makes it the model; {@link #close} without that
 * deletes it. A draft whose publishing failed stays, because a training's work is in it.
 */
public final class ModelDraft implements AutoCloseable {

    private enum State {
        OPEN,
        PUBLISHED,
        LEFT,
        CLOSED
    }

    private final ModelDirectory directory;
    private final Path path;
    private State state = State.OPEN;

    ModelDraft(ModelDirectory directory, Path path) {
        this.directory = directory;
        this.path = path;
    }

    /** The draft's own directory, for whatever is written there by path. */
    public Path path() {
        return path;
    }

    /** Creates the file {@code name} in the draft; closing the stream brings the file to the disk where it can. */
    public OutputStream create(String name) throws IOException {
        requireOpen();
        return new DurableStream(directory.fileSystem().create(new Path(path, name), false));
    }

    /** Leaves the draft where it is, unpublished: {@link #close} will not delete the work that is in it. */
    public void leave() {
        requireOpen();
        state = State.LEFT;
    }

    /**
     * Puts the draft in the target's place.
     *
     * @throws ConfigException if something that is no model directory stands there
     * @throws IOException if the file system refuses; what was at the target is there still, and the draft stays as well
     */
    public void publish() throws IOException {
        requireOpen();
        if (!directory.fileSystem().exists(new Path(path, ModelDirectory.MODEL_JSON))) {
            throw new IllegalStateException("a draft without " + ModelDirectory.MODEL_JSON + " is no model");
        }
        state = State.LEFT;
        try {
            directory.publish(path);
        } catch (ConfigException e) {
            throw new ConfigException(e.getMessage() + ". The new model stays in " + path, e);
        } catch (IOException e) {
            throw new IOException(
                    "output: could not publish " + directory.path() + ": " + Reason.of(e)
                            + ". What was there is there still; the new model stays in " + path,
                    e);
        }
        state = State.PUBLISHED;
    }

    /** Deletes the draft unless it was published or publishing was tried. */
    @Override
    public void close() throws IOException {
        if (state == State.OPEN) {
            state = State.CLOSED;
            directory.delete(path);
        }
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException("the draft is no longer open");
        }
    }
}
