package io.lockstep.data;

import io.lockstep.error.DataException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecificInternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** Makes rows of lines of csv whose types are known to fit; one object serves for all rows of a partition. */
final class CsvRows implements FlatMapFunction<Iterator<InternalRow>, InternalRow>, Serializable {
    private static final long serialVersionUID = 1L;

    private static final UTF8String TRUE = UTF8String.fromString("true");

    private final CsvDialect dialect;
    private final String header;
    private final StructType schema;
    private final CsvType[] types;

    CsvRows(CsvDialect dialect, String header, StructType schema, CsvType[] types) {
        this.dialect = dialect;
        this.header = header;
        this.schema = schema;
        this.types = types;
    }

    @Override
    public Iterator<InternalRow> call(Iterator<InternalRow> lines) {
        return new Typed(lines);
    }

    private final class Typed implements Iterator<InternalRow> {
        private final CsvLine line = dialect.line(types.length);
        private final CsvLines lines;
        private final CsvNumber number = new CsvNumber();
        private final SpecificInternalRow row = new SpecificInternalRow(schema);
        private boolean ready;

        Typed(Iterator<InternalRow> lines) {
            this.lines = new CsvLines(lines, line, header);
        }

        @Override
        public boolean hasNext() {
            if (!ready) {
                CsvLines.Found found = lines.next();
                if (found == CsvLines.Found.UNUSUAL) {
                    throw changed();
                }
                ready = found == CsvLines.Found.ROW;
            }
            return ready;
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            ready = false;
            for (int i = 0; i < types.length; i++) {
                if (line.isMissing(i)) {
                    row.setNullAt(i);
                } else {
                    set(i);
                }
            }
            return row;
        }

        private void set(int i) {
            int start = line.start(i);
            int end = line.end(i);
            switch (types[i]) {
                case INT -> {
                    requireFits(number.isInt(line.bytes(), start, end));
                    row.setInt(i, (int) number.integer());
                }
                case LONG -> {
                    requireFits(number.isLong(line.bytes(), start, end));
                    row.setLong(i, number.integer());
                }
                case DOUBLE -> row.setDouble(i, real(i, start, end));
                case BOOLEAN -> row.setBoolean(i, line.view(i).toLowerCase().equals(TRUE));
                case TEXT -> row.update(i, line.view(i));
                case OTHER -> throw new IllegalStateException("a type that only Spark reads");
            }
        }

        private double real(int i, int start, int end) {
            if (number.isDouble(line.bytes(), start, end)) {
                return number.real();
            }
            return switch (line.text(i)) {
                case "Inf" -> Double.POSITIVE_INFINITY;
                case "-Inf" -> Double.NEGATIVE_INFINITY;
                default -> throw changed();
            };
        }

        private void requireFits(boolean fits) {
            if (!fits) {
                throw changed();
            }
        }

        private DataException changed() {
            String path = InputFileBlockHolder.getInputFilePath().toString();
            return new DataException(path.substring(path.lastIndexOf('/') + 1)
                    + ": has other cells now than when its columns were looked at. Was it changed while it was read?");
        }
    }
}
