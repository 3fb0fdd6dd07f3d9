package io.lockstep.data;

import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.hash.Murmur3_x86_32;

/**
 * The feature of a hashed column's cell. The type of a csv column is inferred file by file, so 7, 7.0 and 007 are hashed
 * as one value, whatever type their columns have.
 */
final class HashedLevels implements Serializable {
    private static final long serialVersionUID = 1L;

    /** As Spark's HashingTF and FeatureHasher have it. Part of the format of models. */
    private static final int SEED = 42;

    private static final int MOST_KNOWN = 20_000;
    /** A number of more digits is left as it is written: 1e999999999 would become a text of a gigabyte. */
    private static final int MOST_DIGITS = 400;

    private final int buckets;
    /** The features of cells that were asked for before, by {@link Cells#key}. */
    private transient Map<Object, Integer> known;

    HashedLevels(int buckets) {
        this.buckets = buckets;
    }

    /** The feature of a cell that is not null. */
    int index(InternalRow row, int ordinal, DataType type) {
        if (known == null) {
            known = new HashMap<>();
        }
        Object key = Cells.key(row, ordinal, type);
        Integer index = known.get(key);
        if (index == null) {
            index = index(Cells.text(row, ordinal, type), buckets);
            if (known.size() < MOST_KNOWN) {
                known.put(Cells.keep(key), index);
            }
        }
        return index;
    }

    /** MurmurHash3 of the text in UTF-8, modulo {@code buckets}. */
    static int index(String text, int buckets) {
        byte[] bytes = plain(text).getBytes(StandardCharsets.UTF_8);
        return Math.floorMod(
                Murmur3_x86_32.hashUnsafeBytes2(bytes, Platform.BYTE_ARRAY_OFFSET, bytes.length, SEED), buckets);
    }

    /** A number without sign of +, leading zeros, exponent and zeros behind its fraction; any other text as it is. */
    static String plain(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() || "+-.0123456789".indexOf(stripped.charAt(0)) < 0) {
            return stripped;
        }
        try {
            BigDecimal number = new BigDecimal(stripped);
            boolean isShort = Math.abs((long) number.scale()) < MOST_DIGITS && number.precision() < MOST_DIGITS;
            if (!isShort) {
                return stripped;
            }
            return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
        } catch (NumberFormatException e) {
            return stripped;
        }
    }
}
