package io.lockstep.nn;

import java.io.Serializable;

/**
 * A view into θ: W[l] or b[l].
 *
 * @param layer l, counted from 1 over the layers that have parameters, as in the notes
 * @param name {@code weight} or {@code bias}
 * @param offset where it begins in θ
 * @param rows n[l]
 * @param columns n[l−1]; 1 for a bias
 */
public record ParameterBlock(int layer, String name, int offset, int rows, int columns) implements Serializable {

    /** How many elements of θ it covers. */
    public int size() {
        return rows * columns;
    }

    /** Whether it is a W: those are initialized at random and regularized; biases are neither. */
    public boolean isWeight() {
        return name.equals("weight");
    }

    /** Its name in {@code weights.safetensors}, e.g. {@code layer1.weight}. */
    public String tensorName() {
        return "layer" + layer + "." + name;
    }
}
