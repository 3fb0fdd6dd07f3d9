package io.lockstep.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes a safetensors file from front to back: the header, then every tensor's elements in the header's order. */
public final class SafetensorsWriter {

    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputStream out;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long missing;

    /** Writes the header to {@code out}, which stays the caller's to close. */
    public SafetensorsWriter(OutputStream out, SafetensorsHeader header) throws IOException {
        this.out = out;
        this.missing = header.dataLength();
        out.write(header.encode());
    }

    /** The next {@code count} elements: {@code values[from..from+count)}. */
    public void write(float[] values, int from, int count) throws IOException {
        long bytes = (long) count * Float.BYTES;
        if (bytes > missing) {
            throw new IllegalStateException("the header has room for " + missing + " more bytes, got " + bytes);
        }
        missing -= bytes;
        for (int done = 0; done < count; ) {
            int chunk = Math.min(count - done, BUFFER_BYTES / Float.BYTES);
            buffer.asFloatBuffer().put(values, from + done, chunk);
            out.write(buffer.array(), 0, chunk * Float.BYTES);
            done += chunk;
        }
    }

    /** Ends the file. */
    public void finish() throws IOException {
        if (missing != 0) {
            throw new IllegalStateException(missing + " bytes of the tensors were not written");
        }
        out.flush();
    }
}
