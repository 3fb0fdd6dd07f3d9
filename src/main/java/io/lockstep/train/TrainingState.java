package io.lockstep.train;

import io.lockstep.optim.Optimizer;
import java.io.Serializable;

/**
 * What a step changes.
 *
 * @param theta θ
 * @param optimizer with its state
 */
@SuppressWarnings("ArrayRecordComponent") // the one θ of a training
record TrainingState(float[] theta, Optimizer optimizer) implements Serializable {

    /** A state of its own, equal to this one. */
    TrainingState copy() {
        return new TrainingState(theta.clone(), optimizer.copy());
    }
}
