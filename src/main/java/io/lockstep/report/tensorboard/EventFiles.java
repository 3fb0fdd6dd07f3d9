package io.lockstep.report.tensorboard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * The event files of a run: records of length, checksum, content and its checksum, as TensorFlow's record files have them.
 * What was {@linkplain #flush flushed} can be read while the file is written on; where the file system cannot do that, as
 * object stores cannot, a file ends with each flush that is due, and the next one begins.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details">TFRecords</a>
 */
final class EventFiles implements Closeable {
    /** An object store has a file for no less than this. */
    private static final long LEAST_SECONDS = 30;

    /** Of this JVM: two runs can begin in one second. */
    private static final AtomicInteger FILES = new AtomicInteger();

    private static final int MASK_DELTA = 0xa282ead8;

    private final FileSystem fs;
    private final Path folder;
    private FSDataOutputStream stream;
    private boolean flushes;
    private long opened;

    /** Files in {@code folder}; none is made before the first event. */
    EventFiles(Path folder, Configuration hadoop) throws IOException {
        FileSystem found = folder.getFileSystem(hadoop);
        this.folder = found.makeQualified(folder);
        // Hadoop's checksums of local files keep a part of each block back, whoever flushes
        this.fs = found instanceof ChecksumFileSystem checksummed ? checksummed.getRawFileSystem() : found;
    }

    void write(Message event) throws IOException {
        if (stream == null) {
            open();
        }
        record(event);
    }

    /** Lets readers see what was written. */
    void flush() throws IOException {
        if (stream == null) {
            return;
        }
        if (flushes) {
            stream.hflush();
        } else if (System.nanoTime() - opened > LEAST_SECONDS * 1_000_000_000L) {
            close();
        }
    }

    private void open() throws IOException {
        double seconds = System.currentTimeMillis() / 1e3;
        // TensorBoard reads a run's files in the order of their names
        Path file = new Path(
                folder,
                String.format(
                        Locale.ROOT,
                        "events.out.tfevents.%010d.lockstep.%d.%05d",
                        (long) seconds,
                        ProcessHandle.current().pid(),
                        FILES.getAndIncrement()));
        fs.mkdirs(folder);
        stream = fs.create(file, false);
        flushes = stream.hasCapability(StreamCapabilities.HSYNC);
        opened = System.nanoTime();
        record(Event.fileVersion(seconds));
    }

    private void record(Message event) throws IOException {
        byte[] content = event.bytes();
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + content.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(content.length).putInt(checksum(record.array(), Long.BYTES));
        record.put(content).putInt(checksum(content, content.length));
        stream.write(record.array());
    }

    /** CRC-32C, rotated and moved: a checksum of data that hold checksums says little. */
    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            FSDataOutputStream closing = stream;
            stream = null;
            closing.close();
        }
    }
}
