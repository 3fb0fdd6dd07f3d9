package io.lockstep.model;

import io.lockstep.error.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a safetensors file of float32 tensors from front to back. The whole header is checked against the file's length
 * before the caller learns a size, so nothing is allocated for data that are not there.
 */
public final class SafetensorsReader {

    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final String file;
    private final SafetensorsHeader header;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * Reads and checks the header.
     *
     * @param in stays the caller's to close
     * @param length the file's length in bytes
     * @param file its name for messages
     * @throws DataException if it is not a whole safetensors file of float32 tensors
     */
    public SafetensorsReader(InputStream in, long length, String file) throws IOException {
        this.in = in;
        this.file = file;
        if (length < Long.BYTES) {
            throw new DataException(
                    file + ": expected a safetensors file, found " + length + " bytes: it is cut short");
        }
        readFully(buffer.array(), Long.BYTES);
        long headerLength = buffer.getLong(0);
        // unsigned in the format; what does not fit a long shows as negative
        if (headerLength < 2 || headerLength > SafetensorsHeader.MAX_BYTES) {
            throw new DataException(file + ": expected a safetensors header of 2 to " + SafetensorsHeader.MAX_BYTES
                    + " bytes, found a length of " + Long.toUnsignedString(headerLength)
                    + ": this is no safetensors file");
        }
        if (headerLength > length - Long.BYTES) {
            throw new DataException(file + ": the header has " + headerLength + " bytes, the file only " + length
                    + ": it is cut short");
        }
        byte[] json = new byte[(int) headerLength];
        readFully(json, json.length);
        if (json[0] != '{') {
            throw new DataException(file + ": expected the header to begin with {: this is no safetensors file");
        }
        this.header = SafetensorsHeaderParser.parse(json, length - Long.BYTES - headerLength, file);
    }

    public SafetensorsHeader header() {
        return header;
    }

    /** The next {@code count} elements, in the header's order, to {@code values[from..from+count)}. */
    public void read(float[] values, int from, int count) throws IOException {
        for (int done = 0; done < count; ) {
            int chunk = Math.min(count - done, BUFFER_BYTES / Float.BYTES);
            readFully(buffer.array(), chunk * Float.BYTES);
            buffer.asFloatBuffer().get(values, from + done, chunk);
            done += chunk;
        }
    }

    private void readFully(byte[] bytes, int count) throws IOException {
        if (in.readNBytes(bytes, 0, count) < count) {
            throw new DataException(
                    file + ": the file ended before its length said so: it changed while it was read",
                    new EOFException());
        }
    }
}
