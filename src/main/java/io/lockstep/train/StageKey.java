package io.lockstep.train;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Names one attempt at a barrier stage, so that what is still on its way from an earlier one is told apart.
 *
 * @param stage drawn anew for each stage
 * @param attempt Spark's number of the stage's attempt
 */
record StageKey(UUID stage, int attempt) implements Serializable {
    static final int BYTES = 2 * Long.BYTES + Integer.BYTES;

    static StageKey read(ByteBuffer bytes) {
        return new StageKey(new UUID(bytes.getLong(), bytes.getLong()), bytes.getInt());
    }

    void write(ByteBuffer bytes) {
        bytes.putLong(stage.getMostSignificantBits())
                .putLong(stage.getLeastSignificantBits())
                .putInt(attempt);
    }
}
