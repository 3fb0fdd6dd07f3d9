package io.lockstep.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A folder of this JVM's own in each of Spark's local folders. Spark removes its files when it ends, but not when it is
 * killed; so the next one does. Beside a folder lies a file that its JVM keeps locked while it lives, which the operating
 * system sees to: nothing that is in use, and nothing of another user, is ever removed.
 */
final class LocalFolders implements AutoCloseable {
    private static final String PREFIX = "lockstep-local-";
    private static final String LOCK = ".lock";

    private final List<Own> own = new ArrayList<>();

    /** A folder, and the file beside it. */
    private record Own(Path folder, Path lockFile, FileChannel channel) {}

    private LocalFolders() {}

    /**
     * Removes what dead JVMs left in {@code parents}, and makes a folder in each.
     *
     * @throws IOException if one cannot be made
     */
    static LocalFolders in(List<Path> parents) throws IOException {
        LocalFolders folders = new LocalFolders();
        try {
            for (Path parent : parents) {
                folders.open(parent);
            }
            return folders;
        } catch (IOException e) {
            folders.close();
            throw e;
        }
    }

    /** What {@code spark.local.dir} is to be. */
    String sparkLocalDir() {
        return own.stream().map(each -> each.folder().toString()).collect(Collectors.joining(","));
    }

    private void open(Path parent) throws IOException {
        Files.createDirectories(parent);
        while (true) {
            Path lockFile = Files.createTempFile(parent, PREFIX, LOCK);
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
            // between these lines another JVM may have taken the file for a left-over one
            if (lock(channel).isPresent() && Files.exists(lockFile)) {
                removeLeftOvers(parent, lockFile);
                own.add(new Own(Files.createDirectory(folder(lockFile)), lockFile, channel));
                return;
            }
            channel.close();
        }
    }

    private static Path folder(Path lockFile) {
        String name = lockFile.getFileName().toString();
        return lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    }

    private static Optional<FileLock> lock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        }
    }

    private static void removeLeftOvers(Path parent, Path mine) throws IOException {
        UserPrincipal me = Files.getOwner(mine);
        try (DirectoryStream<Path> lockFiles = Files.newDirectoryStream(parent, PREFIX + "*" + LOCK)) {
            for (Path lockFile : lockFiles) {
                if (!lockFile.equals(mine) && isMine(lockFile, me)) {
                    removeIfLeft(lockFile, me);
                }
            }
        }
    }

    private static boolean isMine(Path path, UserPrincipal me) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && !Files.isSymbolicLink(path)
                && Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(me);
    }

    private static void removeIfLeft(Path lockFile, UserPrincipal me) {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
            if (lock(channel).isPresent()) {
                if (isMine(folder(lockFile), me)) {
                    remove(folder(lockFile));
                }
                Files.deleteIfExists(lockFile);
            }
        } catch (IOException e) {
            // another JVM is about it, too, or a file cannot be removed: neither is a reason not to train
            System.getLogger(LocalFolders.class.getName())
                    .log(System.Logger.Level.WARNING, "left-over files stay: " + lockFile, e);
        }
    }

    /** Removes a folder and what is in it; links are removed, not followed. */
    private static void remove(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Removes the folders. */
    @Override
    public synchronized void close() {
        for (Own each : own) {
            try {
                if (Files.exists(each.folder())) {
                    remove(each.folder());
                }
                Files.deleteIfExists(each.lockFile());
                each.channel().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        own.clear();
    }
}
