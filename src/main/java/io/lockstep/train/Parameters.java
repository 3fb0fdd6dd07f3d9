package io.lockstep.train;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;

/** θ on its way to the executors, as raw bytes. */
final class Parameters implements Serializable {
    private static final long serialVersionUID = 1L;

    private final transient float[] theta;

    /** Takes the array as it is. */
    Parameters(float[] theta) {
        this.theta = theta;
    }

    float[] theta() {
        return theta;
    }

    private Object writeReplace() {
        return new Bytes(FloatBytes.of(theta));
    }

    private void readObject(ObjectInputStream stream) throws InvalidObjectException {
        throw new InvalidObjectException("θ travels as bytes");
    }

    @SuppressWarnings("ArrayRecordComponent") // the serial form alone
    private record Bytes(byte[] theta) implements Serializable {
        private Object readResolve() {
            return new Parameters(FloatBytes.floats(theta));
        }
    }
}
