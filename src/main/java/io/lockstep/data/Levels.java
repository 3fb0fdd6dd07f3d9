package io.lockstep.data;

import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;

/**
 * The index of a category or class by its cell. The type of a csv column is inferred file by file: codes such as 007 and A1
 * are text in one file, and in another, which happens to have no letters, they are numbers. So where a column of numbers
 * meets levels of text, or texts meet levels that are all numbers, a level is found by its number as well.
 */
final class Levels implements Serializable {
    private static final long serialVersionUID = 1L;

    /** More cells than there can be levels; a column may have any number of others. */
    private static final int MOST_KNOWN = 2 * Survey.MOST_LEVELS;

    private final Map<String, Integer> byText = new HashMap<>();
    private final Map<Double, Integer> byNumber = new HashMap<>();
    private final boolean allNumbers;
    /** The indexes of cells that were asked for before, by {@link Cells#key}. */
    private transient Map<Object, OptionalInt> known;

    Levels(List<String> levels) {
        Set<Double> ambiguous = new HashSet<>();
        int numbers = 0;
        for (String level : levels) {
            double number = Cells.parse(level);
            if (!Double.isNaN(number)) {
                numbers++;
                if (byNumber.put(number, byText.size()) != null) {
                    ambiguous.add(number);
                }
            }
            byText.put(level, byText.size());
        }
        byNumber.keySet().removeAll(ambiguous);
        allNumbers = numbers == levels.size();
    }

    boolean isEmpty() {
        return byText.isEmpty();
    }

    /** The index of the level in a cell that is not null; empty for none. */
    OptionalInt index(InternalRow row, int ordinal, DataType type) {
        if (known == null) {
            known = new HashMap<>();
        }
        Object key = Cells.key(row, ordinal, type);
        OptionalInt index = known.get(key);
        if (index == null) {
            index = find(row, ordinal, type);
            if (known.size() < MOST_KNOWN) {
                known.put(Cells.keep(key), index);
            }
        }
        return index;
    }

    private OptionalInt find(InternalRow row, int ordinal, DataType type) {
        String text = Cells.text(row, ordinal, type);
        Integer index = byText.get(text);
        if (index == null && (allNumbers || Cells.kind(type) == Cells.Kind.NUMBER)) {
            index = byNumber.get(Cells.parse(text));
        }
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
