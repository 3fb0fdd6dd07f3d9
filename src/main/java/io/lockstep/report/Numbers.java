package io.lockstep.report;

import java.util.Locale;

/** Numbers as text that keeps to a column's width, however large they get. */
final class Numbers {
    private static final double SMALL = 1e-3;
    private static final long HOUR = 3600;
    private static final long MOST_HOURS = 100;

    private Numbers() {}

    /**
     * Four decimals where they fit {@code width} and tell something, else scientific notation with as many digits as fit:
     * {@code 0.1234}, {@code 3.12e-05}, {@code -1.005e+09}. It never takes more than 10 characters where {@code width} is
     * 10, and never more than 8 where it is 8, as long as the exponent has two digits.
     */
    static String compact(double value, int width) {
        boolean fixed = value == 0 || Math.abs(value) >= SMALL || !Double.isFinite(value);
        String text = String.format(Locale.ROOT, fixed ? "%.4f" : "%.2e", value);
        for (int digits = 3; text.length() > width && digits >= 0; digits--) {
            text = String.format(Locale.ROOT, "%." + digits + "e", value);
        }
        return text;
    }

    /** A number of things, with commas where they fit. */
    static String count(double value, int width) {
        String text = String.format(Locale.ROOT, "%,.0f", value);
        return text.length() <= width ? text : compact(value, width);
    }

    /** A rate in at most four characters up to 10¹⁰: {@code 950}, {@code 9999}, {@code 123k}, {@code 12M}. */
    static String rate(double perSecond) {
        if (perSecond < 1e4) {
            return String.format(Locale.ROOT, "%.0f", Math.floor(perSecond));
        }
        return perSecond < 1e7
                ? String.format(Locale.ROOT, "%.0fk", Math.floor(perSecond / 1e3))
                : String.format(Locale.ROOT, "%.0fM", Math.floor(perSecond / 1e6));
    }

    /** {@code 0:07}, {@code 1:02:03}, {@code 12d05h}. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole >= MOST_HOURS * HOUR) {
            return String.format(Locale.ROOT, "%dd%02dh", whole / (24 * HOUR), whole / HOUR % 24);
        }
        return whole >= HOUR
                ? String.format(Locale.ROOT, "%d:%02d:%02d", whole / HOUR, whole / 60 % 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }
}
