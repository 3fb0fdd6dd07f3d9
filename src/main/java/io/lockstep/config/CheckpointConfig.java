package io.lockstep.config;

import java.io.Serializable;

/**
 * When a training writes down where it is, so that it can go on from there.
 *
 * @param everyEpochs epochs from one checkpoint to the next, ≥ 1
 * @param everyMinutes within an epoch that takes longer, > 0
 * @param keep how many stay, the newest, ≥ 1
 */
public record CheckpointConfig(int everyEpochs, double everyMinutes, int keep) implements Serializable {

    /** @throws IllegalArgumentException if a value is out of its range */
    public CheckpointConfig {
        Checks.require(everyEpochs >= 1, "checkpoint.every_epochs must be >= 1, is " + everyEpochs);
        Checks.require(
                everyMinutes > 0 && Double.isFinite(everyMinutes),
                "checkpoint.every_minutes must be > 0, is " + everyMinutes);
        Checks.require(keep >= 1, "checkpoint.keep must be >= 1, is " + keep);
    }
}
