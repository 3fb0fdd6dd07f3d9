package io.lockstep.augment;

/** Takes a {@link Scaling} back and applies it again. */
final class Scaler {
    private final float[] means;
    private final float[] deviations;

    Scaler(float[] means, float[] deviations) {
        this.means = means;
        this.deviations = deviations;
    }

    /** p ← x·σ + μ of the example at {@code offset}. */
    void toRaw(float[] x, int offset) {
        for (int i = 0; i < means.length; i++) {
            x[offset + i] = x[offset + i] * deviations[i] + means[i];
        }
    }

    /** x ← (p − μ)/σ. */
    void toNormalized(float[] x, int offset) {
        for (int i = 0; i < means.length; i++) {
            x[offset + i] = (x[offset + i] - means[i]) / deviations[i];
        }
    }
}
