package io.lockstep.data;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How csv is written that needs no more than a separator to be understood.
 *
 * @param separator one ASCII character, no space
 * @param missing what stands for a missing cell, beside nothing
 */
record CsvDialect(byte separator, String missing) implements Serializable {

    /** The dialect that options for Spark's reader describe; empty if they ask for more. */
    static Optional<CsvDialect> of(Map<String, String> options) {
        Map<String, String> left = new HashMap<>();
        options.forEach((name, value) -> left.put(name.toLowerCase(Locale.ROOT), value));
        String delimiter = left.getOrDefault("delimiter", ",");
        String separator = left.getOrDefault("sep", delimiter);
        String missing = left.getOrDefault("nullvalue", "");
        boolean usual = left.getOrDefault("header", "true").equalsIgnoreCase("true")
                && left.getOrDefault("inferschema", "true").equalsIgnoreCase("true")
                && left.getOrDefault("mode", "FAILFAST").equalsIgnoreCase("FAILFAST")
                && left.getOrDefault("enforceschema", "false").equalsIgnoreCase("false")
                && left.getOrDefault("ignoreleadingwhitespace", "true").equalsIgnoreCase("true")
                && left.getOrDefault("ignoretrailingwhitespace", "true").equalsIgnoreCase("true");
        for (String known : new String[] {
            "sep",
            "delimiter",
            "nullvalue",
            "header",
            "inferschema",
            "mode",
            "ignoreleadingwhitespace",
            "ignoretrailingwhitespace",
            "enforceschema"
        }) {
            left.remove(known);
        }
        if (!usual || !left.isEmpty() || separator.length() != 1 || !isSeparator(separator.charAt(0))) {
            return Optional.empty();
        }
        return Optional.of(new CsvDialect((byte) separator.charAt(0), missing));
    }

    private static boolean isSeparator(char character) {
        return character == '\t' || (character > ' ' && character < 127 && character != '"' && character != '\\');
    }

    /** A line of {@code columns} cells. */
    CsvLine line(int columns) {
        return new CsvLine(separator, missing, columns);
    }
}
