package io.lockstep.model;

import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directory {@code checkpoints} of a model directory. A checkpoint is written beside its place, with the SHA-256 of
 * each file in {@code SHA256SUMS}, and renamed: so it is there whole or not at all. Where renaming is not atomic, and where
 * a disk went bad, its checksums tell. Which run writes, a {@link CheckpointClaim} decides.
 */
public final class CheckpointDirectory {
    /** In the format of {@code sha256sum}, which can check it. */
    static final String SUMS = "SHA256SUMS";

    private static final int MOST_SUMS_BYTES = 1 << 16;
    private static final String PREVIOUS = ".previous";
    private static final Pattern NAME = Pattern.compile("\\.?epoch-(\\d{4,9})(?:-step-(\\d{6,10}))?(?:\\.previous)?");
    private static final Pattern SUM = Pattern.compile("([0-9a-f]{64})  ([A-Za-z0-9._-]+)");

    private final FileSystem fs;
    private final Path path;

    /** The checkpoints of {@code model}, which need not exist. */
    public CheckpointDirectory(ModelDirectory model) {
        this(model.fileSystem(), new Path(model.path(), ModelDirectory.CHECKPOINTS));
    }

    CheckpointDirectory(FileSystem fs, Path path) {
        this.fs = fs;
        this.path = path;
    }

    /**
     * A checkpoint that may be whole.
     *
     * @param epochs that had ended
     * @param steps of the epoch after them
     */
    public record Entry(int epochs, long steps, Path path) {
        /** What it is called. */
        public String name() {
            return path.getName();
        }
    }

    /** Writes a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes it to {@code out}, which stays the caller's to close. */
        void write(OutputStream out) throws IOException;
    }

    /** A claim of a run that is about to write, not yet taken. */
    public CheckpointClaim claim() {
        return new CheckpointClaim(this);
    }

    Path file(String name) {
        return new Path(path, name);
    }

    /** What a checkpoint is called that was taken after {@code epochs} epochs and {@code steps} steps of the next. */
    public static String name(int epochs, int steps) {
        return steps == 0
                ? String.format(Locale.ROOT, "epoch-%04d", epochs)
                : String.format(Locale.ROOT, "epoch-%04d-step-%06d", epochs + 1, steps);
    }

    /** All that are there, from the last epoch to the first. */
    public List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (FileStatus status : list()) {
            Matcher name = NAME.matcher(status.getPath().getName());
            if (status.isDirectory() && name.matches()) {
                int epoch = Integer.parseInt(name.group(1));
                boolean within = name.group(2) != null;
                entries.add(new Entry(
                        within ? epoch - 1 : epoch, within ? Long.parseLong(name.group(2)) : 0, status.getPath()));
            }
        }
        // what took the other's place comes before it
        entries.sort(Comparator.comparingInt(Entry::epochs)
                .thenComparingLong(Entry::steps)
                .reversed()
                .thenComparing(entry -> entry.path().getName().endsWith(PREVIOUS)));
        return entries;
    }

    private FileStatus[] list() throws IOException {
        try {
            return fs.listStatus(path);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    /**
     * Writes a checkpoint, if at the moment of its appearance the run still holds its claim.
     *
     * @param files by name
     * @return whether it did
     * @throws IOException if it cannot; then what was there is there still
     */
    public boolean publish(String name, Map<String, Content> files, CheckpointClaim claim) throws IOException {
        Path draft = new Path(path, "." + name + ".new-" + UUID.randomUUID());
        try {
            if (!fs.mkdirs(draft)) {
                throw new IOException("cannot make the directory " + draft);
            }
            Map<String, String> sums = new LinkedHashMap<>();
            for (Map.Entry<String, Content> file : files.entrySet()) {
                sums.put(file.getKey(), write(new Path(draft, file.getKey()), file.getValue()));
            }
            StringBuilder lines = new StringBuilder();
            sums.forEach(
                    (file, sum) -> lines.append(sum).append("  ").append(file).append('\n'));
            write(new Path(draft, SUMS), out -> out.write(lines.toString().getBytes(StandardCharsets.UTF_8)));
            boolean held = claim.isHeld();
            if (held) {
                replace(new Path(path, name), draft);
            } else {
                ModelDirectory.delete(fs, draft);
            }
            return held;
        } catch (IOException | RuntimeException e) {
            dropQuietly(draft, e);
            throw e;
        } catch (FSError e) {
            // so Hadoop's local file system names a disk that is full or broken
            dropQuietly(draft, e);
            throw new IOException(Reason.of(e), e);
        }
    }

    /** What a checkpoint is called while another one takes its place. */
    public static String replaced(String name) {
        return "." + name + PREVIOUS;
    }

    private void replace(Path target, Path draft) throws IOException {
        Path previous = new Path(path, replaced(target.getName()));
        boolean replaces = fs.exists(target);
        if (replaces) {
            ModelDirectory.delete(fs, previous);
            ModelDirectory.move(fs, target, previous);
        }
        ModelDirectory.move(fs, draft, target);
        if (replaces) {
            ModelDirectory.delete(fs, previous);
        }
    }

    private void dropQuietly(Path draft, Throwable cause) {
        try {
            ModelDirectory.delete(fs, draft);
        } catch (IOException | FSError e) {
            // it is no checkpoint by its name, and the next training deletes it
            cause.addSuppressed(e);
        }
    }

    private String write(Path file, Content content) throws IOException {
        try (DigestOutputStream out = new DigestOutputStream(new DurableStream(fs.create(file, false)), sha256())) {
            content.write(out);
            return HexFormat.of().formatHex(out.getMessageDigest().digest());
        }
    }

    /**
     * Makes sure that a checkpoint has these files as they were written.
     *
     * @throws DataException if not
     */
    public void verify(Entry entry, List<String> files) {
        for (String file : files) {
            read(entry, file, (in, length) -> in.transferTo(OutputStream.nullOutputStream()));
        }
    }

    /** Reads a file. */
    @FunctionalInterface
    public interface Reader<T> {
        /** Reads {@code length} bytes, or the first of them, from {@code in}, which stays the caller's to close. */
        T read(InputStream in, long length) throws IOException;
    }

    /**
     * Reads a file once, and makes sure that it is as it was written.
     *
     * @throws DataException if it is not, cannot be read, or is not what {@code reader} expects
     */
    public <T> T read(Entry entry, String name, Reader<T> reader) {
        Path file = new Path(entry.path(), name);
        try {
            String expected = Optional.ofNullable(sums(entry).get(name))
                    .orElseThrow(() -> new DataException(new Path(entry.path(), SUMS) + " does not name " + name));
            long length = fs.getFileStatus(file).getLen();
            try (DigestInputStream in = new DigestInputStream(fs.open(file), sha256())) {
                T content = reader.read(in, length);
                in.transferTo(OutputStream.nullOutputStream());
                String found = HexFormat.of().formatHex(in.getMessageDigest().digest());
                if (!found.equals(expected)) {
                    throw new DataException(file + ": expected the SHA-256 " + expected + " of " + SUMS + ", found "
                            + found + ": it is damaged");
                }
                return content;
            }
        } catch (IOException e) {
            throw new DataException(entry.path() + ": cannot be read: " + Reason.of(e), e);
        } catch (FSError e) {
            throw new DataException(entry.path() + ": cannot be read: " + Reason.of(e), new IOException(e));
        }
    }

    /** Whether all the files are there as they were written; a file system that does not tell counts as no. */
    boolean isWhole(Entry entry) {
        try {
            verify(entry, List.copyOf(sums(entry).keySet()));
            return !sums(entry).isEmpty();
        } catch (DataException | IOException e) {
            return false;
        }
    }

    private Map<String, String> sums(Entry entry) throws IOException {
        Path file = new Path(entry.path(), SUMS);
        Map<String, String> sums = new HashMap<>();
        for (String line : new String(bytes(file, MOST_SUMS_BYTES), StandardCharsets.UTF_8).split("\n", -1)) {
            Matcher sum = SUM.matcher(line);
            if (sum.matches()) {
                sums.put(sum.group(2), sum.group(1));
            }
        }
        return sums;
    }

    /**
     * The bytes of a file.
     *
     * @throws DataException if it has more than {@code most}
     */
    public byte[] bytes(Path file, int most) throws IOException {
        long length = fs.getFileStatus(file).getLen();
        if (length > most) {
            throw new DataException(file + ": expected at most " + most + " bytes, found " + length);
        }
        try (InputStream in = fs.open(file)) {
            return in.readNBytes((int) length);
        }
    }

    /** The file system that the checkpoints are on. */
    public FileSystem fileSystem() {
        return fs;
    }

    /** Deletes a checkpoint. */
    public void delete(Entry entry) throws IOException {
        ModelDirectory.delete(fs, entry.path());
    }

    /** Deletes what writers left behind that were stopped, or are to be. */
    public void deleteDrafts() throws IOException {
        for (FileStatus status : list()) {
            if (status.getPath().getName().matches("\\.epoch-[0-9a-z-]+\\.new-[0-9a-f-]{36}")) {
                ModelDirectory.delete(fs, status.getPath());
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
