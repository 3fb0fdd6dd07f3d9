package io.lockstep.train;

import java.util.List;
import java.util.OptionalInt;

/**
 * A trained network.
 *
 * @param theta θ of the best epoch
 * @param bestEpoch the epoch it is of: the best on dev under early stopping, else the last
 * @param epochs all that were run
 * @param patienceEnded the epoch after which early stopping ended the mini-batches, because the metric on dev had not got
 *     better for as long as patience lasted; full-batch epochs may have come after it
 * @param health before the first step, and what was warned of
 */
@SuppressWarnings("ArrayRecordComponent") // the one θ, handed on
public record TrainingResult(
        float[] theta, int bestEpoch, List<EpochRecord> epochs, OptionalInt patienceEnded, HealthReport health) {

    public TrainingResult {
        epochs = List.copyOf(epochs);
    }
}
