package io.lockstep.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Floats as bytes, little-endian. Java's serialization takes five times as long for an array of floats as for one of bytes. */
final class FloatBytes {
    private FloatBytes() {}

    static byte[] of(float[] floats) {
        byte[] bytes = new byte[Math.multiplyExact(floats.length, Float.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(floats);
        return bytes;
    }

    static float[] floats(byte[] bytes) {
        float[] floats = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }
}
