package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.MissingValues;
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
     * Encodes a row into {@code out[from .. from + width)}; a missing number that is to be filled in becomes NaN.
     *
     * @throws DataException if a cell is missing where that is an error, not finite, or a vector of another length
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
        /** Null for other columns than hashed ones. */
        private final HashedLevels hashed;

        private transient double[] vector;
        private transient ImageDecoder decoder;

        ColumnEncoder(FeatureColumn column, int ordinal, DataType type, int offset) {
            this.column = column;
            this.ordinal = ordinal;
            this.type = type;
            this.offset = offset;
            this.levels =
                    column instanceof FeatureColumn.Categorical categorical ? new Levels(categorical.levels()) : null;
            this.hashed = column instanceof FeatureColumn.Hashed wide ? new HashedLevels(wide.buckets()) : null;
        }

        String encode(InternalRow row, float[] out, int from) {
            int start = from + offset;
            if (Cells.isMissing(row, ordinal, type)) {
                return encodeMissing(row, out, start);
            }
            if (column.missing() == MissingValues.INDICATE) {
                out[start + column.width() - 1] = 0;
            }
            if (column instanceof FeatureColumn.Numeric number) {
                double value = Cells.numberOrNaN(row, ordinal, type);
                out[start] = (float) (value - number.origin());
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
            if (column instanceof FeatureColumn.Hashed) {
                Arrays.fill(out, start, start + column.width(), 0);
                out[start + hashed.index(row, ordinal, type)] = 1;
                return null;
            }
            return column instanceof FeatureColumn.Image image
                    ? encodeImage(image, row, out, start)
                    : encodeVector(row, out, start);
        }

        private String encodeImage(FeatureColumn.Image image, InternalRow row, float[] out, int start) {
            if (decoder == null) {
                decoder = new ImageDecoder(image.shape());
            }
            try {
                decoder.decode(row.getBinary(ordinal), out, start);
                return null;
            } catch (ImageDecoder.UnreadableException e) {
                return "column \"" + column.name() + "\": expected a PNG or JPEG file, found one that is "
                        + e.getMessage();
            }
        }

        /** A missing number is NaN until it is normalized: the mean is not known before all rows are encoded. */
        private String encodeMissing(InternalRow row, float[] out, int start) {
            if (column.missing() == MissingValues.ERROR) {
                String found = row.isNullAt(ordinal) ? "none" : "NaN, which is none";
                return "column \"" + column.name() + "\": expected a value, found " + found
                        + (column instanceof FeatureColumn.VectorColumn || column instanceof FeatureColumn.Image
                                ? "; vectors and images cannot be filled in,"
                                : " (data.missing: error; with impute it would be filled in),");
            }
            Arrays.fill(out, start, start + column.width(), 0);
            if (column instanceof FeatureColumn.Numeric) {
                out[start] = Float.NaN;
            }
            if (column.missing() == MissingValues.INDICATE) {
                out[start + column.width() - 1] = 1;
            }
            return null;
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
