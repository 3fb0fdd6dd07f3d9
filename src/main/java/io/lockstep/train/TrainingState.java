package io.lockstep.train;

import io.lockstep.optim.Optimizer;

/**
 * What a step changes.
 *
 * @param theta θ
 * @param optimizer with its state
 */
@SuppressWarnings("ArrayRecordComponent") // the one θ of a training
record TrainingState(float[] theta, Optimizer optimizer) {}
