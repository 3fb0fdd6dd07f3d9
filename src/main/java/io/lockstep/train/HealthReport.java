package io.lockstep.train;

import java.util.List;

/**
 * How healthy a training was.
 *
 * @param initial before the first step
 * @param warnings in the order in which they came, one of each kind at most
 */
public record HealthReport(NetworkHealth initial, List<HealthWarning> warnings) {

    public HealthReport {
        warnings = List.copyOf(warnings);
    }
}
