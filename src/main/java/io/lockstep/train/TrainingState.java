package io.lockstep.train;

import io.lockstep.optim.Optimizer;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;

/** What a step changes: θ, and the optimizer with its state. Travels as raw bytes. */
final class TrainingState implements Serializable {
    private static final long serialVersionUID = 1L;

    private final transient float[] theta;
    private final transient Optimizer optimizer;

    /** Takes both over as they are. */
    TrainingState(float[] theta, Optimizer optimizer) {
        this.theta = theta;
        this.optimizer = optimizer;
    }

    /** θ. */
    float[] theta() {
        return theta;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    /** A state of its own, equal to this one. */
    TrainingState copy() {
        return new TrainingState(theta.clone(), optimizer.copy());
    }

    private Object writeReplace() {
        float[][] state = optimizer.state(0, theta.length);
        byte[][] arrays = new byte[state.length][];
        for (int k = 0; k < state.length; k++) {
            arrays[k] = FloatBytes.of(state[k]);
        }
        return new Bytes(FloatBytes.of(theta), arrays, optimizer);
    }

    private void readObject(ObjectInputStream stream) throws InvalidObjectException {
        throw new InvalidObjectException("a training's state travels as bytes");
    }

    /** The serial form; the optimizer's has no state. */
    @SuppressWarnings("ArrayRecordComponent") // the serial form alone
    private record Bytes(byte[] theta, byte[][] state, Optimizer optimizer) implements Serializable {
        private Object readResolve() {
            float[][] arrays = new float[state.length][];
            for (int k = 0; k < state.length; k++) {
                arrays[k] = FloatBytes.floats(state[k]);
            }
            optimizer.restore(0, arrays);
            return new TrainingState(FloatBytes.floats(theta), optimizer);
        }
    }
}
