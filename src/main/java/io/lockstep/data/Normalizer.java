package io.lockstep.data;

import io.lockstep.model.Normalization;
import java.util.List;

/** Makes the network's inputs of encoded features, in place: (x − μ)/σ, where a missing x is taken for what fills it. */
final class Normalizer {
    private final double[] means;
    private final double[] deviations;
    /** Normalized; empty if nothing can be missing. */
    private final float[] fills;

    /** @param fills as {@link io.lockstep.model.FeatureSchema#fills}; empty if nothing can be missing */
    Normalizer(Normalization normalization, List<Double> fills) {
        this.means = normalization.means();
        this.deviations = normalization.deviations();
        boolean none = fills.stream().allMatch(fill -> fill.isNaN());
        this.fills = new float[none ? 0 : fills.size()];
        for (int i = 0; i < this.fills.length; i++) {
            this.fills[i] = (float) normalization.normalize(fills.get(i), i);
        }
    }

    /** Normalizes the example that begins at {@code start}. */
    void normalize(float[] examples, int start) {
        for (int i = 0; i < means.length; i++) {
            examples[start + i] = (float) ((examples[start + i] - means[i]) / deviations[i]);
        }
        for (int i = 0; i < fills.length; i++) {
            if (Float.isNaN(examples[start + i])) {
                examples[start + i] = fills[i];
            }
        }
    }
}
