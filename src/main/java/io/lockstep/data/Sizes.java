package io.lockstep.data;

import java.util.Locale;

/** Sizes of memory and disk in messages. */
public final class Sizes {
    private static final double UNIT = 1000;
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Sizes() {}

    /** A size in the largest unit of which it is at least one, with a decimal: {@code 1.6 GB}. */
    public static String of(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= UNIT && unit < UNITS.length - 1) {
            value /= UNIT;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
