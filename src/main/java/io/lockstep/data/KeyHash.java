package io.lockstep.data;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The 64-bit hash of an example's key. It depends on the names and values of the key's columns alone: not on their order
 * in the table, nor on whether a number is stored as an integer or a double, so that a file that is converted or grows
 * (and with it the type that Spark infers) keeps its split and its order.
 */
final class KeyHash implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long SEED = 42;
    private static final long NULL = 0x6E756C6CL;

    private final int[] ordinals;
    private final DataType[] types;

    /**
     * A hash of these columns of rows of {@code schema}.
     *
     * @param columns that are in the schema; empty for all
     */
    KeyHash(StructType schema, List<String> columns) {
        StructField[] fields = schema.fields();
        this.ordinals = IntStream.range(0, fields.length)
                .filter(i -> columns.isEmpty() || columns.contains(fields[i].name()))
                .boxed()
                .sorted(Comparator.comparing(i -> fields[i].name()))
                .mapToInt(Integer::intValue)
                .toArray();
        this.types = IntStream.of(ordinals).mapToObj(i -> fields[i].dataType()).toArray(DataType[]::new);
    }

    /** The hash of the row's key. */
    long hash(InternalRow row) {
        long hash = SEED;
        for (int i = 0; i < ordinals.length; i++) {
            hash = row.isNullAt(ordinals[i]) ? XXH64.hashLong(NULL, hash) : cell(row, ordinals[i], types[i], hash);
        }
        return hash;
    }

    /** {@code hash}, taken on by a cell that is not null: equal for equal numbers and for equal texts. */
    static long cell(InternalRow row, int ordinal, DataType type, long hash) {
        return switch (Cells.kind(type)) {
            // 0.0 + −0.0 = 0.0: the two zeros are one key
            case NUMBER -> XXH64.hashLong(Double.doubleToLongBits(Cells.number(row, ordinal, type) + 0.0), hash);
            case TEXT -> {
                UTF8String text = row.getUTF8String(ordinal);
                yield XXH64.hashUnsafeBytes(text.getBaseObject(), text.getBaseOffset(), text.numBytes(), hash);
            }
            case VECTOR ->
                type instanceof BinaryType ? bytes(row.getBinary(ordinal), hash) : numbers(row, ordinal, type, hash);
            case DATE, UNUSABLE -> XXH64.hashLong(row.get(ordinal, type).hashCode(), hash);
        };
    }

    private static long bytes(byte[] bytes, long hash) {
        return XXH64.hashUnsafeBytes(bytes, Platform.BYTE_ARRAY_OFFSET, bytes.length, hash);
    }

    private static long numbers(InternalRow row, int ordinal, DataType type, long hash) {
        double[] values = new double[Cells.vectorSize(row, ordinal, type)];
        Cells.vector(row, ordinal, type, values);
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.0;
        }
        int bytes = Math.multiplyExact(values.length, Double.BYTES);
        return XXH64.hashUnsafeBytes(values, Platform.DOUBLE_ARRAY_OFFSET, bytes, hash);
    }
}
