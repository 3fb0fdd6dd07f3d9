package io.lockstep.train;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Names one attempt at a stride's stage, so that what is still on its way from an earlier one is told apart.
 *
 * @param stride drawn anew for each stride
 * @param attempt Spark's number of the stage's attempt
 */
record StrideKey(UUID stride, int attempt) implements Serializable {
    static final int BYTES = 2 * Long.BYTES + Integer.BYTES;

    static StrideKey read(ByteBuffer bytes) {
        return new StrideKey(new UUID(bytes.getLong(), bytes.getLong()), bytes.getInt());
    }

    void write(ByteBuffer bytes) {
        bytes.putLong(stride.getMostSignificantBits())
                .putLong(stride.getLeastSignificantBits())
                .putInt(attempt);
    }
}
