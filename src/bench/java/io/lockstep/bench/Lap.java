package io.lockstep.bench;

import java.util.Map;

/**
 * What a contender did in one turn.
 *
 * @param seconds of a pass over the data
 * @param details other figures by name, e.g. {@code compute_seconds}
 */
record Lap(double seconds, Map<String, Double> details) {
    Lap {
        details = Map.copyOf(details);
    }
}
