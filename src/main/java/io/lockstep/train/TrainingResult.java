package io.lockstep.train;

import java.util.List;

/**
 * A trained network.
 *
 * @param theta θ of the best epoch
 * @param bestEpoch the epoch it is of: the best on dev under early stopping, else the last
 * @param epochs all that were run
 * @param stop why there were no more
 */
@SuppressWarnings("ArrayRecordComponent") // the one θ, handed on
public record TrainingResult(float[] theta, int bestEpoch, List<EpochRecord> epochs, Stop stop) {

    /** Why a training ended. */
    public enum Stop {
        /** All epochs were run. */
        COMPLETED,
        /** The metric on dev did not get better for as long as patience lasted. */
        PATIENCE
    }

    public TrainingResult {
        epochs = List.copyOf(epochs);
    }
}
