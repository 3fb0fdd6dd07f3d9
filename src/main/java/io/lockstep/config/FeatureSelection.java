package io.lockstep.config;

import java.io.Serializable;
import java.util.List;

/** Which columns are features. The label is never one. */
public sealed interface FeatureSelection extends Serializable {

    /** Every column but the label. */
    record All() implements FeatureSelection {}

    /** These columns, in this order. */
    record Only(List<String> names) implements FeatureSelection {
        public Only {
            names = List.copyOf(names);
            Checks.require(!names.isEmpty(), "features must name a column");
        }
    }

    /** Every column but the label and these. */
    record AllExcept(List<String> names) implements FeatureSelection {
        public AllExcept {
            names = List.copyOf(names);
            Checks.require(!names.isEmpty(), "features.exclude must name a column");
        }
    }
}
