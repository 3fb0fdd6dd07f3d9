package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.model.Storage;
import io.lockstep.model.TargetTransform;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * Makes the numbers behind a row's features: of each label the class index, the 0 or 1, or a regression's target in its own
 * units; and last the weight, where examples have one.
 */
public final class TargetEncoder implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<Part> parts;
    private final RowLayout.Weight weight;
    private final RowLayout.Slice slice;

    /** One float of an example. */
    private interface Part extends Serializable {
        float encode(InternalRow row);
    }

    private TargetEncoder(List<Part> parts, RowLayout.Weight weight) {
        this(parts, weight, RowLayout.Slice.NONE);
    }

    private TargetEncoder(List<Part> parts, RowLayout.Weight weight, RowLayout.Slice slice) {
        this.parts = List.copyOf(parts);
        this.weight = weight;
        this.slice = slice;
    }

    /**
     * Checks that a column can name classes.
     *
     * @throws DataException if there is no such column, or it holds dates, vectors or structures
     */
    static void requireClasses(String label, StructType table) {
        new Cell("label column", label, table).require("a classification expects text or numbers");
    }

    /**
     * An encoder of class labels.
     *
     * @throws DataException if there is no such column, or it cannot name classes
     */
    public static TargetEncoder classification(String label, List<String> classes, StructType table) {
        requireClasses(label, table);
        return new TargetEncoder(
                List.of(new ClassLabel(new Cell("label column", label, table), new Levels(classes))),
                RowLayout.Weight.NONE);
    }

    /** {@link #regression(List, TargetTransform.Kind, StructType)} of one label. */
    public static TargetEncoder regression(String label, TargetTransform.Kind transform, StructType table) {
        return regression(List.of(label), transform, table);
    }

    /**
     * An encoder of numbers.
     *
     * @throws DataException if there is no such column, or it has no numbers
     */
    public static TargetEncoder regression(List<String> labels, TargetTransform.Kind transform, StructType table) {
        List<Part> parts = new ArrayList<>();
        for (String label : labels) {
            Cell cell = new Cell("label column", label, table);
            cell.require("a regression expects numbers");
            parts.add(new NumberLabel(cell, transform));
        }
        return new TargetEncoder(parts, RowLayout.Weight.NONE);
    }

    /**
     * An encoder of labels that are there or not.
     *
     * @throws DataException if there is no such column, or it can have neither 0 and 1 nor true and false
     */
    public static TargetEncoder multilabel(List<String> labels, StructType table) {
        List<Part> parts = new ArrayList<>();
        for (String label : labels) {
            Cell cell = new Cell("label column", label, table);
            cell.require("a multilabel task expects 0 and 1, or true and false");
            parts.add(new FlagLabel(cell));
        }
        return new TargetEncoder(parts, RowLayout.Weight.NONE);
    }

    /** An encoder that looks at no label: {@code count} zeros. */
    static TargetEncoder zeros(int count) {
        return new TargetEncoder(Collections.nCopies(count, new Constant(0)), RowLayout.Weight.NONE);
    }

    /**
     * The same, with each example's weight behind its targets.
     *
     * @param column empty for a weight of 1
     * @throws DataException if there is no such column, or it has no numbers
     */
    TargetEncoder weighted(Optional<String> column, StructType table) {
        List<Part> all = new ArrayList<>(parts);
        if (column.isEmpty()) {
            all.add(new Constant(1));
        } else {
            Cell cell = new Cell("weight column", column.get(), table);
            cell.require("data.weight expects numbers");
            all.add(new WeightColumn(cell));
        }
        return new TargetEncoder(all, RowLayout.Weight.BEHIND_TARGETS);
    }

    /** The same, with each example's slice behind its weight. */
    TargetEncoder sliced(SliceColumn column, StructType table) {
        List<Part> all = new ArrayList<>(parts);
        int ordinal = new Columns(table).ordinal(column.column());
        all.add(new SliceNumber(column, ordinal, table.fields()[ordinal].dataType()));
        return new TargetEncoder(all, weight, RowLayout.Slice.LAST);
    }

    /** How an example of {@code features} lies. */
    RowLayout layout(int features, Storage storage) {
        int behind = (weight == RowLayout.Weight.NONE ? 0 : 1) + (slice == RowLayout.Slice.NONE ? 0 : 1);
        return new RowLayout(features, parts.size() - behind, weight, slice, storage);
    }

    /**
     * Writes the row's targets, and its weight, to {@code out[from..]}.
     *
     * @throws DataException if a label is missing, not finite, of an unknown class, or not positive where its logarithm is
     *     wanted; or the weight is missing, negative or not finite
     */
    void encode(InternalRow row, float[] out, int from) {
        for (int i = 0; i < parts.size(); i++) {
            out[from + i] = parts.get(i).encode(row);
        }
    }

    /** A column with what messages need to know of it. */
    private static final class Cell implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String what;
        private final String name;
        private final int ordinal;
        private final DataType type;
        private final RowText rowText;

        Cell(String what, String name, StructType table) {
            this.what = what;
            this.name = name;
            this.ordinal = new Columns(table).ordinal(name);
            this.type = table.fields()[ordinal].dataType();
            this.rowText = new RowText(table);
        }

        void require(String expected) {
            Cells.Kind kind = Cells.kind(type);
            if (kind != Cells.Kind.NUMBER && kind != Cells.Kind.TEXT) {
                throw new DataException(
                        what + " \"" + name + "\": " + expected + ", found " + type.simpleString() + ".");
            }
        }

        void requireValue(InternalRow row) {
            if (row.isNullAt(ordinal)) {
                throw fault(row, "expected a value, found none");
            }
        }

        float number(InternalRow row) {
            requireValue(row);
            return (float) Cells.numberOrNaN(row, ordinal, type);
        }

        String text(InternalRow row) {
            return Cells.text(row, ordinal, type);
        }

        DataException fault(InternalRow row, String fault) {
            return new DataException(what + " \"" + name + "\": " + fault + " in " + rowText.of(row));
        }
    }

    private record ClassLabel(Cell cell, Levels classes) implements Part {
        @Override
        public float encode(InternalRow row) {
            cell.requireValue(row);
            OptionalInt index = classes.index(row, cell.ordinal, cell.type);
            if (index.isEmpty()) {
                throw cell.fault(
                        row,
                        "found class \"" + cell.text(row)
                                + "\", which the training rows never had; the model cannot predict it,");
            }
            return index.getAsInt();
        }
    }

    private record NumberLabel(Cell cell, TargetTransform.Kind transform) implements Part {
        @Override
        public float encode(InternalRow row) {
            float target = cell.number(row);
            if (!Float.isFinite(target)) {
                throw cell.fault(
                        row, "a regression expects finite numbers of at most 3.4e38, found \"" + cell.text(row) + "\"");
            }
            if (transform == TargetTransform.Kind.LOG && !(target > 0)) {
                throw cell.fault(
                        row,
                        "data.target: log expects numbers greater than 0, found "
                                + Cells.numberOrNaN(row, cell.ordinal, cell.type));
            }
            return target;
        }
    }

    private record FlagLabel(Cell cell) implements Part {
        @Override
        public float encode(InternalRow row) {
            float value = cell.number(row);
            if (Float.isNaN(value) && cell.type instanceof StringType) {
                String text = cell.text(row).strip();
                value = text.equalsIgnoreCase("true") ? 1 : text.equalsIgnoreCase("false") ? 0 : value;
            }
            if (value != 0 && value != 1) {
                throw cell.fault(
                        row, "a multilabel task expects 0 or 1, or true or false, found \"" + cell.text(row) + "\"");
            }
            return value;
        }
    }

    private record WeightColumn(Cell cell) implements Part {
        @Override
        public float encode(InternalRow row) {
            float value = cell.number(row);
            if (!(value >= 0 && Float.isFinite(value))) {
                throw cell.fault(row, "data.weight expects finite numbers >= 0, found \"" + cell.text(row) + "\"");
            }
            return value;
        }
    }

    private record SliceNumber(SliceColumn column, int ordinal, DataType type) implements Part {
        @Override
        public float encode(InternalRow row) {
            return column.slice(row, ordinal, type);
        }
    }

    /** Of an example that has no weight of its own, or whose label nobody asks for. */
    private record Constant(float value) implements Part {
        @Override
        public float encode(InternalRow row) {
            return value;
        }
    }
}
