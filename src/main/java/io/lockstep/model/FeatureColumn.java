package io.lockstep.model;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;

/** An input column and the features that it becomes. */
public sealed interface FeatureColumn extends Serializable {

    /** The column's name in the data. */
    String name();

    /** How many features it becomes. */
    int width();

    /** Hands the names of its features, in order, to {@code names}. */
    void slotNames(Consumer<String> names);

    /** A number, taken as it is: one feature. */
    record Numeric(String name) implements FeatureColumn {
        public Numeric {
            requireName(name);
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public void slotNames(Consumer<String> names) {
            names.accept(name);
        }
    }

    /**
     * A category, one-hot: feature i is 1 where the value is {@code levels[i]}, else 0; a value that is no level gives
     * all zeros.
     *
     * @param levels at least one, distinct
     */
    record Categorical(String name, List<String> levels) implements FeatureColumn {
        public Categorical {
            requireName(name);
            levels = List.copyOf(levels);
            if (levels.isEmpty()) {
                throw new IllegalArgumentException("categorical column \"" + name + "\" has no levels");
            }
            if (new HashSet<>(levels).size() < levels.size()) {
                throw new IllegalArgumentException("categorical column \"" + name + "\" has a level twice");
            }
        }

        @Override
        public int width() {
            return levels.size();
        }

        @Override
        public void slotNames(Consumer<String> names) {
            levels.forEach(level -> names.accept(name + "=" + level));
        }
    }

    /** A vector of {@code size} numbers in one column, such as an image's pixels. */
    record VectorColumn(String name, int size) implements FeatureColumn {
        public VectorColumn {
            requireName(name);
            if (size < 1) {
                throw new IllegalArgumentException(
                        "vector column \"" + name + "\" has at least one element, got " + size);
            }
        }

        @Override
        public int width() {
            return size;
        }

        @Override
        public void slotNames(Consumer<String> names) {
            for (int i = 0; i < size; i++) {
                names.accept(name + "[" + i + "]");
            }
        }
    }

    private static void requireName(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a feature column has an empty name");
        }
    }
}
