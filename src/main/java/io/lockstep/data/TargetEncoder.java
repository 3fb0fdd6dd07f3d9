package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.model.TargetTransform;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/** Makes a number of a row's label: the class index, or a regression's target in its own units. */
public final class TargetEncoder implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String label;
    private final int ordinal;
    private final DataType type;
    private final RowText rowText;
    /** Empty for a regression. */
    private final Levels classes;

    private final TargetTransform.Kind transform;

    private TargetEncoder(String label, List<String> classes, TargetTransform.Kind transform, StructType table) {
        this.label = label;
        this.ordinal = new Columns(table).ordinal(label);
        this.type = table.fields()[ordinal].dataType();
        this.rowText = new RowText(table);
        this.transform = transform;
        this.classes = new Levels(classes);
    }

    /**
     * Checks that a column can name classes.
     *
     * @throws DataException if there is no such column, or it holds dates, vectors or structures
     */
    static void requireClasses(String label, StructType table) {
        DataType type = table.fields()[new Columns(table).ordinal(label)].dataType();
        Cells.Kind kind = Cells.kind(type);
        if (kind != Cells.Kind.NUMBER && kind != Cells.Kind.TEXT) {
            throw new DataException("label column \"" + label + "\": a classification expects text or numbers, found "
                    + type.simpleString() + ".");
        }
    }

    /**
     * An encoder of class labels.
     *
     * @throws DataException if there is no such column, or it cannot name classes
     */
    public static TargetEncoder classification(String label, List<String> classes, StructType table) {
        requireClasses(label, table);
        return new TargetEncoder(label, classes, TargetTransform.Kind.NONE, table);
    }

    /**
     * An encoder of numbers.
     *
     * @throws DataException if there is no such column, or it has no numbers
     */
    public static TargetEncoder regression(String label, TargetTransform.Kind transform, StructType table) {
        TargetEncoder encoder = new TargetEncoder(label, List.of(), transform, table);
        Cells.Kind kind = Cells.kind(encoder.type);
        if (kind != Cells.Kind.NUMBER && kind != Cells.Kind.TEXT) {
            throw new DataException("label column \"" + label + "\": a regression expects numbers, found "
                    + encoder.type.simpleString() + ".");
        }
        return encoder;
    }

    /**
     * The row's target.
     *
     * @throws DataException if the label is missing, not finite, of an unknown class, or not positive where its logarithm
     *     is wanted
     */
    public float encode(InternalRow row) {
        if (row.isNullAt(ordinal)) {
            throw fault(row, "expected a value, found none");
        }
        if (classes.isEmpty()) {
            double value = Cells.numberOrNaN(row, ordinal, type);
            float target = (float) value;
            if (!Float.isFinite(target)) {
                throw fault(
                        row,
                        "a regression expects finite numbers of at most 3.4e38, found \""
                                + Cells.text(row, ordinal, type) + "\"");
            }
            if (transform == TargetTransform.Kind.LOG && !(target > 0)) {
                throw fault(row, "data.target: log expects numbers greater than 0, found " + value);
            }
            return target;
        }
        OptionalInt index = classes.index(row, ordinal, type);
        if (index.isEmpty()) {
            throw fault(
                    row,
                    "found class \"" + Cells.text(row, ordinal, type)
                            + "\", which the training rows never had; the model cannot predict it,");
        }
        return index.getAsInt();
    }

    private DataException fault(InternalRow row, String what) {
        return new DataException("label column \"" + label + "\": " + what + " in " + rowText.of(row));
    }
}
