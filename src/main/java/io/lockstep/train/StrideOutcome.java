package io.lockstep.train;

import java.io.Serializable;

/**
 * What a task of a barrier stage leaves.
 *
 * @param from first element of θ of which it brings the new values
 * @param theta θ[from..]; empty but for one task of each executor
 * @param state the optimizer's state there
 * @param taken steps; only the first rank is sure to know
 * @param losses Σ L of each step, from the first rank; else empty
 * @param nanos compute, wait, exchange, optimizer
 */
@SuppressWarnings("ArrayRecordComponent") // carries them home, and no one compares it
record StrideOutcome(int from, float[] theta, float[][] state, int taken, double[] losses, long[] nanos)
        implements Serializable {}
