package io.lockstep.model;

import java.io.Serializable;
import java.util.Arrays;

/**
 * x_norm = (x − μ) / σ, feature by feature (notes, "Normalizing inputs"). Immutable; the accessors give copies.
 *
 * @param means μ, finite
 * @param deviations σ, finite and greater than 0; of μ's length
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
public record Normalization(double[] means, double[] deviations) implements Serializable {

    public Normalization {
        means = means.clone();
        deviations = deviations.clone();
        if (means.length != deviations.length) {
            throw new IllegalArgumentException(
                    "normalization has " + means.length + " means and " + deviations.length + " deviations");
        }
        for (int i = 0; i < means.length; i++) {
            if (!Double.isFinite(means[i])) {
                throw new IllegalArgumentException("normalization mean " + i + " is " + means[i]);
            }
            if (!(Double.isFinite(deviations[i]) && deviations[i] > 0)) {
                throw new IllegalArgumentException(
                        "normalization deviation " + i + " must be greater than 0, is " + deviations[i]);
            }
        }
    }

    /** Leaves {@code width} features as they are. */
    public static Normalization identity(int width) {
        double[] ones = new double[width];
        Arrays.fill(ones, 1);
        return new Normalization(new double[width], ones);
    }

    /** How many features it is for. */
    public int width() {
        return means.length;
    }

    /** (x − μ) / σ of feature {@code index}. */
    public double normalize(double x, int index) {
        return (x - means[index]) / deviations[index];
    }

    @Override
    public double[] means() {
        return means.clone();
    }

    @Override
    public double[] deviations() {
        return deviations.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalization that
                && Arrays.equals(means, that.means)
                && Arrays.equals(deviations, that.deviations);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(means) + Arrays.hashCode(deviations);
    }

    @Override
    public String toString() {
        return "Normalization of " + means.length + " features";
    }
}
