package io.lockstep.nn;

import java.io.Serializable;

/**
 * A view into θ: W[l] or b[l], or γ[l], β[l] and the running averages of a batch normalization.
 *
 * @param layer l, counted from 1 over the dense layers, as in the notes; a batch normalization has its dense layer's
 * @param name {@code weight}, {@code bias}, {@code gamma}, {@code beta}, {@code running_mean} or
 *     {@code running_variance}
 * @param kind what its numbers are to the optimizer
 * @param offset where it begins in θ
 * @param rows n[l]
 * @param columns n[l−1]; 1 for all but a weight
 */
public record ParameterBlock(int layer, String name, ParameterKind kind, int offset, int rows, int columns)
        implements Serializable {

    /** How many elements of θ it covers. */
    public int size() {
        return rows * columns;
    }

    /** Whether it is a W: those are initialized at random and regularized; all others are neither. */
    public boolean isWeight() {
        return kind instanceof ParameterKind.Weight;
    }

    /** Whether it is trained; running averages are not. */
    public boolean isTrained() {
        return !(kind instanceof ParameterKind.Statistic);
    }

    /** Its name in {@code weights.safetensors}, e.g. {@code layer1.weight}. */
    public String tensorName() {
        return "layer" + layer + "." + name;
    }
}
