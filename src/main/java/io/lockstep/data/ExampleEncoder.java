package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Makes an example of a row: its features, not yet normalized, in the order of a {@link FeatureSchema}. */
public final class ExampleEncoder implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<ColumnEncoder> columns = new ArrayList<>();
    private final int width;
    private final RowText rowText;

    /**
     * An encoder of the rows of {@code table}.
     *
     * @throws DataException if the table lacks a column or has it in a type that does not fit
     */
    public ExampleEncoder(FeatureSchema features, StructType table) {
        this.rowText = new RowText(table);
        Columns known = new Columns(table);
        StructField[] fields = table.fields();
        int offset = 0;
        for (FeatureColumn column : features.columns()) {
            int ordinal = known.ordinal(column.name());
            DataType type = fields[ordinal].dataType();
            Columns.requireFits(column, type);
            columns.add(new ColumnEncoder(column, ordinal, type, offset));
            offset += column.width();
        }
        this.width = offset;
    }

    /** n_x, the number of features. */
    public int width() {
        return width;
    }

    /**
     * Encodes a row into {@code out[from .. from + width)}.
     *
     * @throws DataException if a cell is missing, not finite, or a vector of another length
     */
    public void encode(InternalRow row, float[] out, int from) {
        Optional<String> fault = tryEncode(row, out, from);
        if (fault.isPresent()) {
            throw new DataException(fault.get() + " in " + rowText.of(row));
        }
    }

    /** {@link #encode}, but a fault is returned in words, without the row. */
    public Optional<String> tryEncode(InternalRow row, float[] out, int from) {
        for (ColumnEncoder column : columns) {
            String fault = column.encode(row, out, from);
            if (fault != null) {
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }

    /** One column's part. The internal answer to "what is wrong" is null for nothing: it is asked for every cell. */
    private static final class ColumnEncoder implements Serializable {
        private static final long serialVersionUID = 1L;

        private final FeatureColumn column;
        private final int ordinal;
        private final DataType type;
        private final int offset;
        /** Null for other columns than categorical ones: there can be many thousands of them. */
        private final Levels levels;

        private transient double[] vector;

        ColumnEncoder(FeatureColumn column, int ordinal, DataType type, int offset) {
            this.column = column;
            this.ordinal = ordinal;
            this.type = type;
            this.offset = offset;
            this.levels =
                    column instanceof FeatureColumn.Categorical categorical ? new Levels(categorical.levels()) : null;
        }

        String encode(InternalRow row, float[] out, int from) {
            if (row.isNullAt(ordinal)) {
                return "column \"" + column.name() + "\": expected a value, found none (data.missing: error),";
            }
            int start = from + offset;
            if (column instanceof FeatureColumn.Numeric) {
                double value = Cells.numberOrNaN(row, ordinal, type);
                out[start] = (float) value;
                return Float.isFinite(out[start]) ? null : notFinite(column.name(), Cells.text(row, ordinal, type));
            }
            if (column instanceof FeatureColumn.Categorical) {
                Arrays.fill(out, start, start + column.width(), 0);
                OptionalInt level = levels.index(row, ordinal, type);
                if (level.isPresent()) {
                    out[start + level.getAsInt()] = 1;
                }
                return null;
            }
            return encodeVector(row, out, start);
        }

        private String encodeVector(InternalRow row, float[] out, int start) {
            int size = Cells.vectorSize(row, ordinal, type);
            if (size != column.width()) {
                return "column \"" + column.name() + "\": expected a vector of " + column.width() + " numbers, found "
                        + size;
            }
            if (type instanceof BinaryType) {
                byte[] bytes = row.getBinary(ordinal);
                for (int i = 0; i < bytes.length; i++) {
                    out[start + i] = bytes[i] & 0xFF;
                }
                return null;
            }
            if (vector == null) {
                vector = new double[size];
            }
            Cells.vector(row, ordinal, type, vector);
            for (int i = 0; i < size; i++) {
                out[start + i] = (float) vector[i];
                if (!Float.isFinite(out[start + i])) {
                    return notFinite(column.name() + "[" + i + "]", Double.toString(vector[i]));
                }
            }
            return null;
        }

        private static String notFinite(String name, String found) {
            return "column \"" + name + "\": expected a finite number of at most 3.4e38, found \"" + found + "\"";
        }
    }
}
