package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.MissingValues;
import io.lockstep.model.Storage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Makes an example of a row: its features, not yet normalized, in the order of a {@link FeatureSchema}. */
public final class ExampleEncoder implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Characters of a cell, or of a column's name, that a message shows. */
    private static final int MOST_SHOWN = 60;

    private final List<ColumnEncoder> columns = new ArrayList<>();
    private final int width;
    private final Storage storage;
    private final RowText rowText;
    private transient DenseSink dense;

    /**
     * An encoder of the rows of {@code table}.
     *
     * @throws DataException if the table lacks a column or has it in a type that does not fit
     */
    public ExampleEncoder(FeatureSchema features, StructType table) {
        this.rowText = new RowText(table);
        this.storage = features.storage();
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

    /** How its examples are stored. */
    Storage storage() {
        return storage;
    }

    /**
     * Encodes a row into {@code out[from .. from + width)}; a missing number that is to be filled in becomes NaN.
     *
     * @throws DataException if a cell is missing where that is an error, not finite, or a vector of another length
     */
    public void encode(InternalRow row, float[] out, int from) {
        require(tryEncode(row, out, from), row);
    }

    /** {@link #encode(InternalRow, float[], int)} of the features that are not 0. */
    void encode(InternalRow row, FeatureSink out) {
        require(tryEncode(row, out), row);
    }

    private void require(Optional<String> fault, InternalRow row) {
        if (fault.isPresent()) {
            throw new DataException(fault.get() + " in " + rowText.of(row));
        }
    }

    /** {@link #encode(InternalRow, float[], int)}, but a fault is returned in words, without the row. */
    public Optional<String> tryEncode(InternalRow row, float[] out, int from) {
        if (dense == null) {
            dense = new DenseSink();
        }
        Arrays.fill(out, from, from + width, 0);
        return tryEncode(row, dense.to(out, from));
    }

    /** {@link #encode(InternalRow, FeatureSink)}, but a fault is returned in words, without the row. */
    Optional<String> tryEncode(InternalRow row, FeatureSink out) {
        try {
            for (ColumnEncoder column : columns) {
                String fault = column.encode(row, out);
                if (fault != null) {
                    return Optional.of(fault);
                }
            }
            return Optional.empty();
        } catch (DataException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The beginning of a long text, as a message shows it. */
    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) > MOST_SHOWN
                ? text.substring(0, text.offsetByCodePoints(0, MOST_SHOWN)) + "…"
                : text;
    }

    /** Features in an array of zeros. */
    private static final class DenseSink implements FeatureSink {
        private float[] out = new float[0];
        private int from;

        DenseSink to(float[] example, int start) {
            out = example;
            from = start;
            return this;
        }

        @Override
        public void put(int feature, float value) {
            out[from + feature] = value;
        }
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

        private transient Elements elements;
        private transient ImageDecoder decoder;
        private transient float[] pixels;

        ColumnEncoder(FeatureColumn column, int ordinal, DataType type, int offset) {
            this.column = column;
            this.ordinal = ordinal;
            this.type = type;
            this.offset = offset;
            this.levels =
                    column instanceof FeatureColumn.Categorical categorical ? new Levels(categorical.levels()) : null;
            this.hashed = column instanceof FeatureColumn.Hashed wide ? new HashedLevels(wide.buckets()) : null;
        }

        String encode(InternalRow row, FeatureSink out) {
            if (Cells.isMissing(row, ordinal, type)) {
                return encodeMissing(row, out);
            }
            if (column instanceof FeatureColumn.Numeric number) {
                double x = Cells.numberOrNaN(row, ordinal, type);
                float value = (float) (x - number.origin());
                out.put(offset, value);
                return Float.isFinite(value) ? null : notFinite(column.name(), Cells.text(row, ordinal, type));
            }
            if (column instanceof FeatureColumn.Categorical) {
                OptionalInt level = levels.index(row, ordinal, type);
                if (level.isPresent()) {
                    out.put(offset + level.getAsInt(), 1);
                }
                return null;
            }
            if (column instanceof FeatureColumn.Hashed) {
                out.put(offset + hashed.index(row, ordinal, type), 1);
                return null;
            }
            return column instanceof FeatureColumn.Image image ? encodeImage(image, row, out) : encodeVector(row, out);
        }

        private String encodeImage(FeatureColumn.Image image, InternalRow row, FeatureSink out) {
            if (decoder == null) {
                decoder = new ImageDecoder(image.shape());
                pixels = new float[image.width()];
            }
            try {
                decoder.decode(row.getBinary(ordinal), pixels, 0);
            } catch (ImageDecoder.UnreadableException e) {
                return "column \"" + column.name() + "\": expected a PNG or JPEG file, found one that is "
                        + e.getMessage();
            }
            for (int i = 0; i < pixels.length; i++) {
                out.put(offset + i, pixels[i]);
            }
            return null;
        }

        /** A missing number is NaN until it is normalized: the mean is not known before all rows are encoded. */
        private String encodeMissing(InternalRow row, FeatureSink out) {
            if (column.missing() == MissingValues.ERROR) {
                String found = row.isNullAt(ordinal) ? "none" : "NaN, which is none";
                return "column \"" + column.name() + "\": expected a value, found " + found
                        + (column instanceof FeatureColumn.VectorColumn || column instanceof FeatureColumn.Image
                                ? "; vectors and images cannot be filled in,"
                                : " (data.missing: error; with impute it would be filled in),");
            }
            if (column instanceof FeatureColumn.Numeric) {
                out.put(offset, Float.NaN);
            }
            if (column.missing() == MissingValues.INDICATE) {
                out.put(offset + column.width() - 1, 1);
            }
            return null;
        }

        private String encodeVector(InternalRow row, FeatureSink out) {
            int size = Cells.vectorSize(row, ordinal, type);
            if (size != column.width()) {
                return "column \"" + column.name() + "\": expected a vector of " + column.width() + " numbers, found "
                        + size;
            }
            if (elements == null) {
                elements = new Elements();
            }
            elements.begin(out);
            Cells.forEachNonZero(row, ordinal, type, elements);
            return elements.fault;
        }

        /** The elements of a vector, as features. */
        private final class Elements implements Cells.ElementConsumer {
            private FeatureSink to;
            private String fault;
            private int last;

            void begin(FeatureSink out) {
                to = out;
                fault = null;
                last = -1;
            }

            @Override
            public void accept(int index, double element) {
                if (index <= last || index >= column.width()) {
                    fault = fault == null ? outOfPlace(index) : fault;
                    return;
                }
                last = index;
                float value = (float) element;
                to.put(offset + index, value);
                if (!Float.isFinite(value) && fault == null) {
                    fault = notFinite(column.name() + "[" + index + "]", Double.toString(element));
                }
            }
        }

        private String outOfPlace(int index) {
            return "column \"" + column.name() + "\": expected the indexes of a sparse vector to rise from 0 to "
                    + (column.width() - 1) + ", found " + index;
        }

        private static String notFinite(String name, String found) {
            return "column \"" + name + "\": expected a finite number of at most 3.4e38, found \"" + shortened(found)
                    + "\"";
        }
    }
}
