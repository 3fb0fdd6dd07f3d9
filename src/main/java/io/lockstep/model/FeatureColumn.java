package io.lockstep.model;

import io.lockstep.nn.Shape;
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

    /** What becomes of a missing value. */
    default MissingValues missing() {
        return MissingValues.ERROR;
    }

    /** Hands the names of its features, in order, to {@code names}. */
    void slotNames(Consumer<String> names);

    /**
     * A number x: the feature x − origin.
     *
     * @param origin what is subtracted in float64, so that float32 keeps the digits in which large numbers differ; 0 for
     *     most columns. The normalization is that of x − origin.
     * @param fill stands for a missing x: the training rows' mean; 0 where a missing x is an error
     */
    record Numeric(String name, double origin, MissingValues missing, double fill) implements FeatureColumn {
        public Numeric {
            requireName(name);
            if (!Double.isFinite(origin) || !Double.isFinite(fill)) {
                throw new IllegalArgumentException("numeric column \"" + name + "\" has origin " + origin + " and fill "
                        + fill + ", both must be finite");
            }
        }

        /** A number taken as it is, and never missing. */
        public Numeric(String name) {
            this(name, 0, MissingValues.ERROR, 0);
        }

        @Override
        public int width() {
            return 1 + missing.features();
        }

        @Override
        public void slotNames(Consumer<String> names) {
            names.accept(name);
            missingSlot(this, names);
        }
    }

    /**
     * A category, one-hot: feature i is 1 where the value is {@code levels[i]}, else 0; a value that is no level gives
     * all zeros.
     *
     * @param levels at least one, distinct
     */
    record Categorical(String name, List<String> levels, MissingValues missing) implements FeatureColumn {
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

        /** A category that is never missing. */
        public Categorical(String name, List<String> levels) {
            this(name, levels, MissingValues.ERROR);
        }

        @Override
        public int width() {
            return levels.size() + missing.features();
        }

        @Override
        public void slotNames(Consumer<String> names) {
            levels.forEach(level -> names.accept(name + "=" + level));
            missingSlot(this, names);
        }
    }

    /**
     * A category of very many levels: feature h(value) mod {@code buckets} is 1, the others are 0, whatever the values
     * of the training rows were; different values may share a feature. h is MurmurHash3 (x86, 32 bits, seed 42) of the
     * value's text in UTF-8, numbers in their plain decimal form.
     *
     * @param buckets at least 2
     * @see <a href="https://arxiv.org/abs/0902.2206">Weinberger et al. 2009</a> (here without signs)
     */
    record Hashed(String name, int buckets, MissingValues missing) implements FeatureColumn {
        public Hashed {
            requireName(name);
            if (buckets < 2) {
                throw new IllegalArgumentException(
                        "hashed column \"" + name + "\" has at least two buckets, got " + buckets);
            }
        }

        @Override
        public int width() {
            return buckets + missing.features();
        }

        @Override
        public void slotNames(Consumer<String> names) {
            for (int i = 0; i < buckets; i++) {
                names.accept(name + "#" + i);
            }
            missingSlot(this, names);
        }
    }

    /**
     * A PNG or JPEG file, decoded and resized to planes of pixels in [0, 1].
     *
     * @param shape of one or three channels
     */
    record Image(String name, Shape.Image shape) implements FeatureColumn {
        public Image {
            requireName(name);
            if (shape.channels() != 1 && shape.channels() != 3) {
                throw new IllegalArgumentException(
                        "image column \"" + name + "\" has one or three channels, got " + shape.channels());
            }
            Math.multiplyExact(Math.multiplyExact(shape.channels(), shape.height()), shape.width());
        }

        @Override
        public int width() {
            return shape.size();
        }

        @Override
        public void slotNames(Consumer<String> names) {
            for (int i = 0; i < width(); i++) {
                names.accept(name + "[" + i + "]");
            }
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

    private static void missingSlot(FeatureColumn column, Consumer<String> names) {
        if (column.missing() == MissingValues.INDICATE) {
            names.accept(column.name() + " is missing");
        }
    }

    private static void requireName(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a feature column has an empty name");
        }
    }
}
