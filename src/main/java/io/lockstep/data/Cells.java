package io.lockstep.data;

import io.lockstep.error.DataException;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.unsafe.types.UTF8String;

/** Reads cells of Spark's internal rows, which hold numbers unboxed, by the type of their column. */
final class Cells {

    /** What can be made of a column. */
    enum Kind {
        /** One number. */
        NUMBER,
        /** A text: a category, or a mistake. */
        TEXT,
        /** Numbers of a fixed count: Spark ML's vectors, arrays of numbers, bytes (0 to 255). */
        VECTOR,
        /** A day: a category, if it is named one. */
        DATE,
        /** Times, maps, structures. */
        UNUSABLE
    }

    /** An example of more, 64 MB of numbers, is a mistake. */
    static final int MOST_FEATURES = 1 << 24;

    // the fields of a Spark ML vector, as VectorUDT stores it
    private static final int SIZE = 1;
    private static final int INDICES = 2;
    private static final int VALUES = 3;

    private Cells() {}

    static Kind kind(DataType type) {
        if (type instanceof NumericType || type instanceof BooleanType) {
            return Kind.NUMBER;
        }
        if (type instanceof StringType) {
            return Kind.TEXT;
        }
        if (type instanceof DateType) {
            return Kind.DATE;
        }
        boolean vector = type instanceof BinaryType
                || type.equals(SQLDataTypes.VectorType())
                || (type instanceof ArrayType array && kind(array.elementType()) == Kind.NUMBER);
        return vector ? Kind.VECTOR : Kind.UNUSABLE;
    }

    /** Whether a cell is empty: null, or NaN in a column of numbers. */
    static boolean isMissing(InternalRow row, int ordinal, DataType type) {
        return row.isNullAt(ordinal)
                || (type instanceof DoubleType && Double.isNaN(row.getDouble(ordinal)))
                || (type instanceof FloatType && Float.isNaN(row.getFloat(ordinal)));
    }

    /** The number in a cell that is not null, of a column of {@link Kind#NUMBER}; false is 0 and true 1. */
    static double number(InternalRow row, int ordinal, DataType type) {
        if (type instanceof DoubleType) {
            return row.getDouble(ordinal);
        } else if (type instanceof IntegerType) {
            return row.getInt(ordinal);
        } else if (type instanceof LongType) {
            return (double) row.getLong(ordinal);
        } else if (type instanceof FloatType) {
            return row.getFloat(ordinal);
        } else if (type instanceof ShortType) {
            return row.getShort(ordinal);
        } else if (type instanceof ByteType) {
            return row.getByte(ordinal);
        } else if (type instanceof BooleanType) {
            return row.getBoolean(ordinal) ? 1 : 0;
        } else if (type instanceof DecimalType decimal) {
            return row.getDecimal(ordinal, decimal.precision(), decimal.scale()).toDouble();
        }
        throw new IllegalArgumentException("no number in a column of type " + type.simpleString());
    }

    /** {@link #number}, and of a text the number that it stands for; NaN if it stands for none. */
    static double numberOrNaN(InternalRow row, int ordinal, DataType type) {
        return type instanceof StringType ? parse(row.getUTF8String(ordinal).toString()) : number(row, ordinal, type);
    }

    /** A cell as a category or class: days as 2024-12-31, whole numbers without a fraction, whatever their column's type. */
    static String text(InternalRow row, int ordinal, DataType type) {
        if (type instanceof StringType) {
            return row.getUTF8String(ordinal).toString();
        }
        if (type instanceof BooleanType) {
            return Boolean.toString(row.getBoolean(ordinal));
        }
        if (type instanceof DateType) {
            return LocalDate.ofEpochDay(row.getInt(ordinal)).toString();
        }
        if (type instanceof LongType) {
            return Long.toString(row.getLong(ordinal));
        }
        double value = number(row, ordinal, type);
        if (value == Math.rint(value) && Math.abs(value) < 0x1.0p53) {
            return Long.toString((long) value);
        }
        // 0.1f is 0.10000000149011612 as a double, which no other file's 0.1 would be the same level as
        return type instanceof FloatType ? Float.toString((float) value) : Double.toString(value);
    }

    /**
     * What a cell of a category or class is looked up by: equal for cells of the same {@link #text}, and cheap to make. It
     * may lie in the row's own memory.
     */
    static Object key(InternalRow row, int ordinal, DataType type) {
        if (type instanceof StringType) {
            return row.getUTF8String(ordinal);
        } else if (type instanceof IntegerType) {
            return row.getInt(ordinal);
        }
        return text(row, ordinal, type);
    }

    /** A {@link #key} that stays as it is when the row changes. */
    static Object keep(Object key) {
        return key instanceof UTF8String text ? text.copy() : key;
    }

    /** The number that a text stands for, NaN if it stands for none. */
    static double parse(String text) {
        try {
            return new BigDecimal(text.strip()).doubleValue();
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** How many numbers a cell of {@link Kind#VECTOR} holds. */
    static int vectorSize(InternalRow row, int ordinal, DataType type) {
        if (type instanceof BinaryType) {
            return row.getBinary(ordinal).length;
        } else if (type instanceof ArrayType) {
            return row.getArray(ordinal).numElements();
        }
        InternalRow vector = vector(row, ordinal);
        int size =
                isSparse(vector) ? vector.getInt(SIZE) : vector.getArray(VALUES).numElements();
        if (size > MOST_FEATURES) {
            // a sparse one has whatever size it claims to have
            throw new DataException("a vector of " + size + " elements: more than " + MOST_FEATURES
                    + " are taken for a mistake. Is there a wrong index in a file of libsvm?");
        }
        return size;
    }

    /** Takes the elements of a vector in rising order. */
    @FunctionalInterface
    interface ElementConsumer {
        void accept(int index, double element);
    }

    /** Hands on the elements of a cell of {@link Kind#VECTOR} that are not 0; a null element is NaN. */
    static void forEachNonZero(InternalRow row, int ordinal, DataType type, ElementConsumer consumer) {
        if (type instanceof BinaryType) {
            byte[] bytes = row.getBinary(ordinal);
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] != 0) {
                    consumer.accept(i, bytes[i] & 0xFF);
                }
            }
        } else if (type instanceof ArrayType array) {
            ArrayData values = row.getArray(ordinal);
            for (int i = 0; i < values.numElements(); i++) {
                double element = values.isNullAt(i) ? Double.NaN : element(values, i, array.elementType());
                if (element != 0) {
                    consumer.accept(i, element);
                }
            }
        } else {
            InternalRow vector = vector(row, ordinal);
            ArrayData values = vector.getArray(VALUES);
            ArrayData indices = isSparse(vector) ? vector.getArray(INDICES) : null;
            for (int e = 0; e < values.numElements(); e++) {
                double element = values.getDouble(e);
                if (element != 0) {
                    consumer.accept(indices == null ? e : indices.getInt(e), element);
                }
            }
        }
    }

    /** How many elements of a cell of {@link Kind#VECTOR} are not 0. */
    static int nonZeros(InternalRow row, int ordinal, DataType type) {
        Counter counter = new Counter();
        forEachNonZero(row, ordinal, type, counter);
        return counter.count;
    }

    /** Counts elements. */
    private static final class Counter implements ElementConsumer {
        private int count;

        @Override
        public void accept(int index, double element) {
            count++;
        }
    }

    private static double element(ArrayData values, int i, DataType type) {
        if (type instanceof DoubleType) {
            return values.getDouble(i);
        } else if (type instanceof FloatType) {
            return values.getFloat(i);
        } else if (type instanceof IntegerType) {
            return values.getInt(i);
        } else if (type instanceof LongType) {
            return (double) values.getLong(i);
        } else if (type instanceof ShortType) {
            return values.getShort(i);
        } else if (type instanceof ByteType) {
            return values.getByte(i);
        } else if (type instanceof BooleanType) {
            return values.getBoolean(i) ? 1 : 0;
        } else if (type instanceof DecimalType decimal) {
            return values.getDecimal(i, decimal.precision(), decimal.scale()).toDouble();
        }
        throw new IllegalArgumentException("no number in an array of " + type.simpleString());
    }

    /**
     * A Spark ML vector as it is stored: (type, size, indices, values), type 0 sparse and 1 dense. Making a Vector of it
     * would copy both arrays, once for every look at the cell.
     */
    private static InternalRow vector(InternalRow row, int ordinal) {
        return row.getStruct(ordinal, 4);
    }

    private static boolean isSparse(InternalRow vector) {
        return vector.getByte(0) == 0;
    }
}
