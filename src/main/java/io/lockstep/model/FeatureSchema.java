package io.lockstep.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntToDoubleFunction;

/**
 * How a row becomes an example: the input columns in order; their features stand side by side in the same order.
 *
 * @param columns at least one, names distinct
 * @param storage how examples are stored; what they are is the same
 */
public record FeatureSchema(List<FeatureColumn> columns, Storage storage) implements Serializable {

    /** Of dense examples. */
    public FeatureSchema(List<FeatureColumn> columns) {
        this(columns, Storage.DENSE);
    }

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

    /**
     * What a missing value of each feature is taken for, as an encoder writes it, that is without the column's origin; NaN
     * where no value may be missing, and empty if that is so everywhere.
     */
    public List<Double> fills() {
        if (columns.stream().noneMatch(FeatureSchema::isFilled)) {
            return List.of();
        }
        List<Double> fills = new ArrayList<>(Collections.nCopies(width(), Double.NaN));
        int start = 0;
        for (FeatureColumn column : columns) {
            if (column instanceof FeatureColumn.Numeric number && isFilled(number)) {
                fills.set(start, number.fill() - number.origin());
            }
            start += column.width();
        }
        return Collections.unmodifiableList(fills);
    }

    /**
     * The schema with every mean that stands for missing values.
     *
     * @param mean of a feature as an encoder writes it, by the feature's index
     */
    public FeatureSchema filledWith(IntToDoubleFunction mean) {
        List<FeatureColumn> filled = new ArrayList<>();
        int start = 0;
        for (FeatureColumn column : columns) {
            filled.add(
                    column instanceof FeatureColumn.Numeric number && isFilled(number)
                            ? new FeatureColumn.Numeric(
                                    number.name(),
                                    number.origin(),
                                    number.missing(),
                                    number.origin() + mean.applyAsDouble(start))
                            : column);
            start += column.width();
        }
        return new FeatureSchema(filled, storage);
    }

    private static boolean isFilled(FeatureColumn column) {
        return column instanceof FeatureColumn.Numeric && column.missing() != MissingValues.ERROR;
    }

    /** The name of each feature, e.g. {@code age}, {@code wall=brick}, {@code pixels[3]}. */
    public List<String> slotNames() {
        List<String> names = new ArrayList<>(width());
        columns.forEach(column -> column.slotNames(names::add));
        return List.copyOf(names);
    }
}
