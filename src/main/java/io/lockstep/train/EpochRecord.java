package io.lockstep.train;

import java.util.Optional;

/**
 * An epoch, looked back at.
 *
 * @param epoch from 1
 * @param trainLoss the mean loss over the epoch's examples, each at the θ of its step
 * @param dev the score on dev after the epoch; empty where there is no dev set
 * @param examplesPerSecond of the steps
 * @param time of the steps, without the scoring
 * @param learningRate α of the last step
 * @param health of the network after the epoch
 */
public record EpochRecord(
        int epoch,
        double trainLoss,
        Optional<Score> dev,
        double examplesPerSecond,
        EpochTime time,
        double learningRate,
        NetworkHealth health) {}
