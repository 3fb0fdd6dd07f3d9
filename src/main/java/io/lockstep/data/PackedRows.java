package io.lockstep.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Consecutive examples of the canonical order as Spark's block store holds them: raw little-endian float32, for each
 * example its features, not yet normalized, then its targets, and
 * its weight where the set has weights.
 *
 * @param rows how many examples
 * @param stride floats of an example
 * @param data rows · stride · 4 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer handed on, never compared
public record PackedRows(int rows, int stride, byte[] data) implements Serializable {

    /** Copies examples [from, from + count) to {@code out[start..]}, example after example. */
    public void copy(int from, int count, float[] out, int start) {
        floats().get(from * stride, out, start, count * stride);
    }

    private FloatBuffer floats() {
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
