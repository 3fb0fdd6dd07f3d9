package io.lockstep.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A line of csv, cut into its cells where they lie: no object is made for a cell. Spaces around a cell are not part of it.
 * Whatever needs more than a separator to be understood, such as quotes, is left to Spark's reader.
 */
final class CsvLine {
    private static final byte QUOTE = '"';
    /** Spark's sign for "no comments", which makes a line that starts with it one. */
    private static final byte NUL = 0;

    private static final byte SPACE = ' ';

    /** What a line turned out to be. */
    enum Cut {
        /** Nothing but spaces: no row. */
        BLANK,
        /** As many cells as there are columns. */
        CELLS,
        /** A case for Spark's reader. */
        UNUSUAL
    }

    private final byte separator;
    private final byte[] missing;
    private final int[] starts;
    private final int[] ends;
    private byte[] bytes = new byte[4096];

    /** Lines of {@code columns} cells; one that reads {@code missing} is missing, and so is an empty one. */
    CsvLine(byte separator, String missing, int columns) {
        this.separator = separator;
        this.missing = missing.getBytes(StandardCharsets.UTF_8);
        this.starts = new int[columns];
        this.ends = new int[columns];
    }

    /** Takes a line in. */
    Cut cut(UTF8String line) {
        int length = line.numBytes();
        if (bytes.length < length) {
            bytes = new byte[2 * length];
        }
        line.writeToMemory(bytes, Platform.BYTE_ARRAY_OFFSET);
        int cell = 0;
        int start = 0;
        for (int i = 0; i < length; i++) {
            byte next = bytes[i];
            if (next == separator) {
                if (cell == ends.length) {
                    return blankOrUnusual(length);
                }
                trim(cell++, start, i);
                start = i + 1;
            } else if (next == QUOTE || next == NUL) {
                return blankOrUnusual(length);
            }
        }
        if (cell != ends.length - 1) {
            return blankOrUnusual(length);
        }
        trim(cell, start, length);
        // a line of nothing but separators is blank if these are tabs
        return ends[cell] == starts[cell] && blankOrUnusual(length) == Cut.BLANK ? Cut.BLANK : Cut.CELLS;
    }

    private Cut blankOrUnusual(int length) {
        for (int i = 0; i < length; i++) {
            if (!isSpace(bytes[i])) {
                return Cut.UNUSUAL;
            }
        }
        return Cut.BLANK;
    }

    private void trim(int cell, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isSpace(bytes[start])) {
            start++;
        }
        while (end > start && isSpace(bytes[end - 1])) {
            end--;
        }
        starts[cell] = start;
        ends[cell] = end;
    }

    private static boolean isSpace(byte value) {
        return value >= 0 && value <= SPACE;
    }

    /** Where the cells lie; the array changes with the next line. */
    byte[] bytes() {
        return bytes;
    }

    int start(int column) {
        return starts[column];
    }

    int end(int column) {
        return ends[column];
    }

    boolean isMissing(int column) {
        int start = starts[column];
        int end = ends[column];
        return start == end
                || (end - start == missing.length && Arrays.equals(bytes, start, end, missing, 0, missing.length));
    }

    String text(int column) {
        return new String(bytes, starts[column], ends[column] - starts[column], StandardCharsets.UTF_8);
    }

    /** The cell's text where it lies: good until the next line. */
    UTF8String view(int column) {
        for (int i = starts[column]; i < ends[column]; i++) {
            if (bytes[i] < 0) {
                // what is no UTF-8 becomes the sign for that, as Spark's reader has it
                return UTF8String.fromString(text(column));
            }
        }
        return UTF8String.fromBytes(bytes, starts[column], ends[column] - starts[column]);
    }
}
