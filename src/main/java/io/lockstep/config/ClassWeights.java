package io.lockstep.config;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** How much an example counts in training by its class, so that a rare one is not drowned. */
public sealed interface ClassWeights extends Serializable {

    /** m/(K·m_k): classes count the same, however many examples they have. */
    record Balanced() implements ClassWeights {}

    /**
     * As the config says.
     *
     * @param weights ≥ 0 by class; a class that is not there has 1
     */
    record ByClass(SortedMap<String, Double> weights) implements ClassWeights {
        public ByClass {
            weights.forEach((name, weight) -> Checks.requireNotNegative("training.class_weights." + name, weight));
            weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        }
    }
}
