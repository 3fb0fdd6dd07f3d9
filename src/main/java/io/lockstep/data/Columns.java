package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Finds a table's columns by their exact names and tells whether their types fit. */
final class Columns {
    private static final int NAMED = 12;

    private final StructType table;
    private final Map<String, Integer> ordinals;

    /** The columns of {@code table}; of two with the same name the first. */
    Columns(StructType table) {
        this.table = table;
        this.ordinals = new HashMap<>();
        StructField[] fields = table.fields();
        for (int i = 0; i < fields.length; i++) {
            ordinals.putIfAbsent(fields[i].name(), i);
        }
    }

    boolean has(String name) {
        return ordinals.containsKey(name);
    }

    /**
     * Where the column is.
     *
     * @throws DataException if it is not there
     */
    int ordinal(String name) {
        Integer ordinal = ordinals.get(name);
        if (ordinal == null) {
            throw new DataException("no column \"" + name + "\" in the data. It has: " + names(table) + ".");
        }
        return ordinal;
    }

    /** The first column names, for messages. */
    static String names(StructType table) {
        String[] names = table.fieldNames();
        String first = Arrays.stream(names).limit(NAMED).collect(Collectors.joining(", "));
        return names.length > NAMED ? first + ", … (" + names.length + " columns)" : first;
    }

    /**
     * Checks that a column can be encoded as {@code column} says.
     *
     * @throws DataException if not
     */
    static void requireFits(FeatureColumn column, DataType type) {
        Cells.Kind kind = Cells.kind(type);
        boolean fits;
        String expected;
        if (column instanceof FeatureColumn.Image) {
            fits = type instanceof BinaryType;
            expected = "the bytes of image files";
        } else if (column instanceof FeatureColumn.VectorColumn) {
            fits = kind == Cells.Kind.VECTOR;
            expected = "vectors of numbers";
        } else if (column instanceof FeatureColumn.Numeric) {
            // each text must be a number then
            fits = kind == Cells.Kind.NUMBER || kind == Cells.Kind.TEXT;
            expected = "numbers";
        } else {
            fits = kind == Cells.Kind.NUMBER || kind == Cells.Kind.TEXT || kind == Cells.Kind.DATE;
            expected = "text or numbers";
        }
        if (!fits) {
            throw new DataException(
                    "column \"" + column.name() + "\": expected " + expected + ", found " + describe(kind, type) + ".");
        }
    }

    private static String describe(Cells.Kind kind, DataType type) {
        return switch (kind) {
            case TEXT -> "text";
            case VECTOR -> "vectors (" + type.simpleString() + ")";
            case NUMBER, DATE, UNUSABLE -> type.simpleString();
        };
    }
}
