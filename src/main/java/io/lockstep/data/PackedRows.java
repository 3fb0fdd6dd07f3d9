package io.lockstep.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Consecutive examples of the canonical order as Spark's block store holds them: raw little-endian words, example after
 * example as {@link RowLayout} says, features not yet normalized.
 *
 * @param rows how many examples
 * @param data their bytes
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer handed on, never compared
public record PackedRows(int rows, byte[] data) implements Serializable {

    /** Copies dense examples [from, from + count) of {@code stride} floats to {@code out[start..]}, example after example. */
    public void copy(int stride, int from, int count, float[] out, int start) {
        bytes().asFloatBuffer().get(from * stride, out, start, count * stride);
    }

    /** The examples' bytes. */
    ByteBuffer bytes() {
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }
}
