package io.lockstep.testing;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local disk as a store that renames a directory by copying its files one by one and deleting them, as S3A does; from its
 * chosen operation on a file everything fails.
 */
public final class CopyingFileSystem extends FilterFileSystem {
    /** In which order the files of a directory are copied and deleted. */
    public enum Order {
        BY_NAME,
        REVERSED
    }

    private final int chosen;
    private final Order order;
    private int operations;

    /** @param chosen counted from 1 */
    public CopyingFileSystem(int chosen, Order order) throws IOException {
        super(raw());
        this.chosen = chosen;
        this.order = order;
    }

    /** How many operations on files there were. */
    public int operations() {
        return operations;
    }

    private static RawLocalFileSystem raw() throws IOException {
        RawLocalFileSystem raw = new RawLocalFileSystem();
        raw.initialize(URI.create("file:///"), new Configuration(false));
        return raw;
    }

    private void begin() throws IOException {
        operations++;
        if (operations >= chosen) {
            throw new IOException("injected before operation " + operations);
        }
    }

    private List<java.nio.file.Path> files(java.nio.file.Path folder) throws IOException {
        Comparator<java.nio.file.Path> byName = Comparator.naturalOrder();
        try (Stream<java.nio.file.Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .sorted(order == Order.BY_NAME ? byName : byName.reversed())
                    .toList();
        }
    }

    private static java.nio.file.Path local(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        java.nio.file.Path source = local(from);
        java.nio.file.Path target = local(to);
        if (!Files.exists(source)) {
            throw new FileNotFoundException(source.toString());
        }
        if (Files.exists(target)) {
            return false;
        }
        for (java.nio.file.Path file : files(source)) {
            begin();
            java.nio.file.Path copy = target.resolve(source.relativize(file));
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        return delete(from, true);
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        java.nio.file.Path local = local(path);
        if (!Files.exists(local)) {
            return false;
        }
        for (java.nio.file.Path file : files(local)) {
            begin();
            Files.delete(file);
            removeEmpty(file.getParent(), local);
        }
        return super.delete(path, true);
    }

    /** A store has no directories but those that its files are in. */
    private static void removeEmpty(java.nio.file.Path folder, java.nio.file.Path last) throws IOException {
        for (java.nio.file.Path each = folder; each.startsWith(last); each = each.getParent()) {
            try (Stream<java.nio.file.Path> inside = Files.list(each)) {
                if (inside.findAny().isPresent()) {
                    return;
                }
            }
            Files.delete(each);
        }
    }
}
