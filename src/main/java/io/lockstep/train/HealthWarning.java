package io.lockstep.train;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Something that goes wrong in a training that goes on.
 *
 * @param epoch in which it was first seen, from 1
 * @param message what, where, and what to do
 */
public record HealthWarning(Kind kind, int epoch, String message) {

    /** What can go wrong. */
    public enum Kind {
        /** Gradients get smaller from layer to layer on their way down. */
        VANISHING_GRADIENTS,
        /** Gradients get larger from layer to layer on their way down. */
        EXPLODING_GRADIENTS,
        /** The loss rises. */
        LEARNING_RATE_TOO_HIGH,
        /** ReLU units that are 0 for all examples. */
        DEAD_UNITS,
        /** Sigmoid and tanh units at their limits. */
        SATURATED_UNITS,
        /** What is learnt holds for the training examples alone. */
        OVERFITTING;

        /** The name in {@code metrics.json}, e.g. {@code dead_units}. */
        public String jsonName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For {@code metrics.json}. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", kind.jsonName());
        json.put("epoch", epoch);
        json.put("message", message);
        return json;
    }
}
