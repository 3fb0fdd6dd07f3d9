package io.lockstep.model;

import java.io.FilterOutputStream;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.StreamCapabilities;

/** Syncs before it closes: a rename can reach the disk before the data, and a power cut then leaves empty files. */
final class DurableStream extends FilterOutputStream {
    private final FSDataOutputStream stream;
    private boolean closed;

    DurableStream(FSDataOutputStream stream) {
        super(stream);
        this.stream = stream;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            stream.write(bytes, from, count);
        } catch (FSError e) {
            // so Hadoop's local file system names a disk that is full or broken
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (stream) {
            if (stream.hasCapability(StreamCapabilities.HSYNC)) {
                stream.hsync();
            }
        } catch (FSError e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
