package io.lockstep.data;

import java.io.Serializable;
import java.util.List;

/**
 * What becomes of an example's weight when its shard is mapped: w ← w · c[k] · scale, with k the example's class. With
 * scale = m / Σ w·c[k] the weights of a training set have mean 1, so that the mean loss Σ wL/m is Σ wL/Σ w and the
 * learning rate means what it means without weights.
 *
 * @param byClass c; empty for a factor of 1 for all
 */
public record ExampleWeights(List<Double> byClass, double scale) implements Serializable {

    /** Leaves weights as they are. */
    public static final ExampleWeights AS_GIVEN = new ExampleWeights(List.of(), 1);

    public ExampleWeights {
        byClass = List.copyOf(byClass);
    }

    /** The weight in training of an example of weight {@code given}. */
    float of(float given, float target) {
        double factor = byClass.isEmpty() ? 1 : byClass.get((int) target);
        return (float) (given * factor * scale);
    }
}
