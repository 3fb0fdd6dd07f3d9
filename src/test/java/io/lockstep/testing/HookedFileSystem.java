package io.lockstep.testing;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk as {@code hooked:///}, where something happens when a file is opened to be read. */
public final class HookedFileSystem extends RawLocalFileSystem {
    /** What happens. */
    @FunctionalInterface
    public interface Hook {
        /** Before {@code path} is opened. */
        void opening(Path path) throws IOException;
    }

    private static final Hook NOTHING = path -> {};
    private static final AtomicReference<Hook> HOOK = new AtomicReference<>(NOTHING);

    /** Makes Hadoop know it. */
    public static void register(Configuration configuration) {
        configuration.set("fs.hooked.impl", HookedFileSystem.class.getName());
        configuration.setBoolean("fs.hooked.impl.disable.cache", true);
    }

    /** Has {@code hook} run from now on. */
    public static void when(Hook hook) {
        HOOK.set(hook);
    }

    /** Has nothing happen any more. */
    public static void reset() {
        HOOK.set(NOTHING);
    }

    @Override
    public URI getUri() {
        return URI.create("hooked:///");
    }

    @Override
    public String getScheme() {
        return "hooked";
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        return plain(super.getFileStatus(path));
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        return Arrays.stream(super.listStatus(path))
                .map(HookedFileSystem::plain)
                .toArray(FileStatus[]::new);
    }

    /** Without the permissions, which Hadoop looks up by a file: URI. */
    private static FileStatus plain(FileStatus status) {
        return new FileStatus(
                status.getLen(), status.isDirectory(), 1, 1L << 25, status.getModificationTime(), status.getPath());
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        HOOK.get().opening(path);
        return super.open(path, bufferSize);
    }
}
