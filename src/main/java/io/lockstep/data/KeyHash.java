package io.lockstep.data;

import io.lockstep.config.DataConfig;
import io.lockstep.config.DataFormat;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
    private final String name;
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
        long hash = SEED;
        for (int ordinal : ordinals) {
            byte[] bytes = fields[ordinal].name().getBytes(StandardCharsets.UTF_8);
            hash = XXH64.hashLong(bytes.length, bytes(bytes, hash));
        }
        this.name = String.format(Locale.ROOT, "%016x", hash);
        this.types = IntStream.of(ordinals).mapToObj(i -> fields[i].dataType()).toArray(DataType[]::new);
    }

    /** The columns that identify an example of a config's data; empty for all. */
    static List<String> columns(DataConfig data, Tables.Source source) {
        return source.format() == DataFormat.IMAGE && data.key().isEmpty() ? List.of(ImageTable.PATH) : data.key();
    }

    /** Is that of the hashes that are of the same columns. */
    String name() {
        return name;
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

    /** Equal for the same numbers, stored as a sparse vector, a dense one or an array. */
    private static long numbers(InternalRow row, int ordinal, DataType type, long hash) {
        NonZeros numbers = new NonZeros(XXH64.hashInt(Cells.vectorSize(row, ordinal, type), hash));
        Cells.forEachNonZero(row, ordinal, type, numbers);
        return numbers.hash;
    }

    /** A hash of the elements that are not 0 and of their places. */
    private static final class NonZeros implements Cells.ElementConsumer {
        private static final long PLACE = 0x9E3779B97F4A7C15L;

        private long hash;

        NonZeros(long hash) {
            this.hash = hash;
        }

        @Override
        public void accept(int index, double element) {
            hash = XXH64.hashLong(Double.doubleToLongBits(element) + index * PLACE, hash);
        }
    }
}
