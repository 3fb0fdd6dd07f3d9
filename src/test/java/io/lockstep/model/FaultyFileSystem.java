package io.lockstep.model;

import java.io.IOException;
import java.net.URI;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local file system, with something that happens before, instead of or after a chosen operation. */
public final class FaultyFileSystem extends FilterFileSystem {

    /** What happens at the chosen operation that changes something, and after it. */
    public enum Fault {
        /** It fails without effect; later ones work. */
        FAILS,
        /** It has no effect, and says so by false where it can. */
        REFUSES,
        /** It has its effect, but the caller learns of a failure. */
        LOSES_THE_ANSWER,
        /** The process ends before it: nothing later has an effect. */
        CRASHES,
        /** As {@link #CRASHES}, but where it deletes a directory, model.json is gone already. */
        CRASHES_HALFWAY
    }

    /** Something that happens. */
    @FunctionalInterface
    public interface Action {
        /** Does it, or fails as the file system would. */
        void run() throws IOException;
    }

    private final int chosen;
    private final Fault fault;
    private int mutations;
    private Action beforeMutation = () -> {};
    private Predicate<Path> opened = path -> false;
    private Action atOpening = () -> {};

    private FaultyFileSystem(int chosen, Fault fault) throws IOException {
        super(healthyRaw());
        this.chosen = chosen;
        this.fault = fault;
    }

    public static FaultyFileSystem healthy() throws IOException {
        return new FaultyFileSystem(Integer.MAX_VALUE, Fault.FAILS);
    }

    /** One with a fault at operation {@code chosen}, counted from 1. */
    public static FaultyFileSystem at(int chosen, Fault fault) throws IOException {
        return new FaultyFileSystem(chosen, fault);
    }

    private static RawLocalFileSystem healthyRaw() throws IOException {
        RawLocalFileSystem raw = new RawLocalFileSystem();
        raw.initialize(URI.create("file:///"), new Configuration(false));
        return raw;
    }

    public int mutations() {
        return mutations;
    }

    /** Runs {@code action} before whatever changes something. */
    public void beforeEachMutation(Action action) {
        beforeMutation = action;
    }

    /** Runs {@code action} once, when a file that {@code path} holds for is opened, before it is. */
    public void whenOpened(Predicate<Path> path, Action action) {
        opened = path;
        atOpening = action;
    }

    /** Whether the operation may have its effect. */
    private boolean begin(Path path) throws IOException {
        beforeMutation.run();
        mutations++;
        boolean crashed = fault == Fault.CRASHES || fault == Fault.CRASHES_HALFWAY;
        if (mutations == chosen && fault == Fault.REFUSES) {
            return false;
        }
        if ((mutations == chosen && fault == Fault.FAILS) || (mutations >= chosen && crashed)) {
            throw new IOException("injected before operation " + mutations + " on " + path.getName());
        }
        return true;
    }

    private void end() throws IOException {
        if (mutations == chosen && fault == Fault.LOSES_THE_ANSWER) {
            throw new IOException("injected after operation " + mutations);
        }
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        boolean done = begin(from) && super.rename(from, to);
        end();
        return done;
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        if (mutations + 1 == chosen && fault == Fault.CRASHES_HALFWAY) {
            super.delete(new Path(path, ModelDirectory.MODEL_JSON), false);
        }
        boolean done = begin(path) && super.delete(path, recursive);
        end();
        return done;
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
        boolean done = begin(path) && super.mkdirs(path);
        end();
        return done;
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        return mkdirs(path);
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        if (!begin(path)) {
            throw new IOException("injected instead of creating " + path.getName());
        }
        FSDataOutputStream out =
                super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
        end();
        return new FSDataOutputStream(out, null) {
            /** Bringing thousands of small files to a real disk takes minutes. */
            @Override
            public boolean hasCapability(String capability) {
                return false;
            }

            @Override
            public void close() throws IOException {
                if (!begin(path)) {
                    throw new IOException("injected instead of closing " + path.getName());
                }
                super.close();
                end();
            }
        };
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        if (opened.test(path)) {
            opened = never -> false;
            atOpening.run();
        }
        return super.open(path, bufferSize);
    }
}
