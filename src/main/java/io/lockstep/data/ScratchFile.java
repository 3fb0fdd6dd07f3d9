package io.lockstep.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file on local disk that is written and then mapped. It loses its name when it is closed, while what was mapped stays:
 * nothing is left of it however the JVM ends. What fails is an {@link UncheckedIOException}.
 */
final class ScratchFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    /** A new file in {@code directory}. */
    ScratchFile(Path directory, String suffix) {
        try {
            this.file = Files.createTempFile(directory, "shard-", suffix);
            this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException("no shard can be written to " + directory, e);
        }
    }

    /** A buffer in whose byte order the file is mapped. */
    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    /** Writes what is left in {@code bytes}. */
    void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a shard cannot be written to " + file.getParent(), e);
        }
    }

    /** Goes on writing at {@code position}. */
    void skipTo(long position) {
        try {
            channel.position(position);
        } catch (IOException e) {
            throw new UncheckedIOException("a shard cannot be written to " + file.getParent(), e);
        }
    }

    /** Maps {@code bytes} from {@code from} on. */
    MappedByteBuffer map(long from, long bytes) {
        try {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, from, bytes);
            mapped.order(ByteOrder.nativeOrder());
            return mapped;
        } catch (IOException e) {
            throw new UncheckedIOException("a shard cannot be mapped from " + file.getParent(), e);
        }
    }

    @Override
    public void close() {
        Unchecked.run(() -> {
            channel.close();
            Files.deleteIfExists(file);
        });
    }
}
