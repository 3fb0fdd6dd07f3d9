package io.lockstep.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How a row becomes an example: the input columns in order; their features stand side by side in the same order.
 *
 * @param columns at least one, names distinct
 */
public record FeatureSchema(List<FeatureColumn> columns) implements Serializable {

    public FeatureSchema {
        columns = List.copyOf(columns);
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("there are no feature columns");
        }
        Set<String> seen = new HashSet<>();
        long width = 0;
        for (FeatureColumn column : columns) {
            if (!seen.add(column.name())) {
                throw new IllegalArgumentException("feature column \"" + column.name() + "\" stands there twice");
            }
            width += column.width();
        }
        if (width > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "the columns become " + width + " features, more than " + Integer.MAX_VALUE);
        }
    }

    /** How many features an example has, n_x. */
    public int width() {
        return columns.stream().mapToInt(FeatureColumn::width).sum();
    }

    /** The name of each feature, e.g. {@code age}, {@code wall=brick}, {@code pixels[3]}. */
    public List<String> slotNames() {
        List<String> names = new ArrayList<>(width());
        columns.forEach(column -> column.slotNames(names::add));
        return List.copyOf(names);
    }
}
