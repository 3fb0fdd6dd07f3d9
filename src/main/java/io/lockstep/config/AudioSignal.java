package io.lockstep.config;

import java.io.Serializable;

/**
 * What an example's features are the sound of: samples of one channel, one after the other.
 *
 * @param rate samples per second
 */
public record AudioSignal(int rate) implements Serializable {

    /** @throws IllegalArgumentException if the rate is not positive */
    public AudioSignal {
        Checks.require(rate > 0, "audio has a rate of at least 1 Hz, got " + rate);
    }
}
