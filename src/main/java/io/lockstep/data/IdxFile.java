package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * An idx file of unsigned bytes, gzipped or not: two zero bytes, the type (8), the number of dimensions, the dimensions
 * as big-endian ints, the data. Items lie along the first dimension.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">The format, at the end of the page</a>
 */
final class IdxFile implements AutoCloseable {
    private static final int UNSIGNED_BYTES = 8;
    private static final int GREATEST_ITEM = 1 << 28;

    private final String path;
    private final DataInputStream in;
    private final int[] dimensions;

    private IdxFile(String path, DataInputStream in) throws IOException {
        this.path = path;
        this.in = in;
        int zero = in.readUnsignedShort();
        int type = in.readUnsignedByte();
        if (zero != 0) {
            throw new DataException(
                    path + ": expected an idx file (its first two bytes are zero), found something else.");
        }
        if (type != UNSIGNED_BYTES) {
            throw new DataException(
                    path + ": expected an idx file of unsigned bytes (type 8), found type " + type + ".");
        }
        dimensions = new int[in.readUnsignedByte()];
        long item = 1;
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = in.readInt();
            item = i == 0 ? 1 : item * dimensions[i];
            if (dimensions[i] < 0 || item > GREATEST_ITEM) {
                throw new DataException(path + ": impossible dimensions " + Arrays.toString(dimensions) + ".");
            }
        }
        if (dimensions.length == 0) {
            throw new DataException(path + ": expected at least one dimension, found none.");
        }
    }

    /**
     * Opens a file and reads its head.
     *
     * @throws DataException if it is no idx file of unsigned bytes
     */
    static IdxFile open(String path, Configuration configuration) {
        try {
            Path file = new Path(path);
            InputStream raw =
                    new BufferedInputStream(file.getFileSystem(configuration).open(file), 1 << 16);
            try {
                raw.mark(2);
                boolean gzipped = raw.read() == 0x1F && raw.read() == 0x8B;
                raw.reset();
                InputStream in = gzipped ? new BufferedInputStream(new GZIPInputStream(raw), 1 << 16) : raw;
                return new IdxFile(path, new DataInputStream(in));
            } catch (IOException | RuntimeException e) {
                raw.close();
                throw e;
            }
        } catch (FileNotFoundException e) {
            throw new DataException("no file " + path + ".", e);
        } catch (EOFException e) {
            throw new DataException(path + ": expected an idx file, it ends within its head.", e);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    int items() {
        return dimensions[0];
    }

    /** Bytes of an item. */
    int itemSize() {
        int size = 1;
        for (int i = 1; i < dimensions.length; i++) {
            size *= dimensions[i];
        }
        return size;
    }

    /**
     * Skips {@code items}.
     *
     * @throws DataException if the file is shorter
     */
    void skip(int items) {
        whole(() -> {
            in.skipNBytes((long) items * itemSize());
            return items;
        });
    }

    /**
     * The next item.
     *
     * @throws DataException if the file is shorter than its head says
     */
    byte[] next() {
        return whole(() -> {
            // what is there decides how much memory is taken, not what the head says
            byte[] item = in.readNBytes(itemSize());
            if (item.length < itemSize()) {
                throw new EOFException();
            }
            return item;
        });
    }

    private <T> T whole(Unchecked.Source<T> items) {
        try {
            return items.read();
        } catch (EOFException e) {
            throw truncated(e);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** A bad gzip stream shows itself only here. */
    private static DataException unreadable(String path, IOException e) {
        return new DataException(path + ": cannot be read (" + Reason.of(e) + "). Is the file whole?", e);
    }

    private DataException truncated(EOFException e) {
        return new DataException(
                path + ": expected " + items() + " items of " + itemSize() + " bytes, the file ends before.", e);
    }

    @Override
    public void close() {
        Unchecked.run(in::close);
    }
}
