package io.lockstep.report.document;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people write them. */
final class Figures {
    private static final int DIGITS = 4;
    private static final double GROUPED = 1e4;
    private static final double LARGE = 1e12;
    private static final double SMALL = 1e-4;
    private static final int CHART_DIGITS = 6;
    private static final double MINUTE = 60;
    private static final double HOUR = 3600;
    private static final double DAY = 24 * HOUR;

    private Figures() {}

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Four significant digits: {@code 0.04357}, {@code 21,333}, {@code 6.65e-05}. */
    static String number(double value) {
        double size = Math.abs(value);
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : String.valueOf(value);
        }
        if (size < SMALL || size >= LARGE) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        if (size >= GROUPED) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        int before = Math.max(0, (int) Math.floor(Math.log10(size)) + 1);
        int leadingZeros = Math.max(0, (int) Math.ceil(-Math.log10(size)) - 1);
        return String.format(Locale.ROOT, "%,." + (before > 0 ? DIGITS - before : DIGITS + leadingZeros) + "f", value);
    }

    /** {@code 98.72 %}; of a share that rounds to all or nothing, but is neither, more digits. */
    static String percent(double share) {
        return percentDigits(share) + "\u00A0%";
    }

    /** Both ends of an interval of shares, with as many digits: {@code 98.49 – 98.93 %}. */
    static String percents(double low, double high) {
        boolean whole = isWhole(100 * low) && isWhole(100 * high);
        return String.format(Locale.ROOT, whole ? "%.0f – %.0f\u00A0%%" : "%.2f – %.2f\u00A0%%", 100 * low, 100 * high);
    }

    /** To whole percents: {@code 13–20 %}. */
    static String range(double low, double high) {
        return String.format(Locale.ROOT, "%.0f–%.0f\u00A0%%", 100 * low, 100 * high);
    }

    /** Apart from what float64 makes of it: 100·0.29 is 28.999999999999996. */
    private static boolean isWhole(double value) {
        return Math.abs(value - Math.rint(value)) < 1e-9;
    }

    private static String percentDigits(double share) {
        double percent = 100 * share;
        if (isWhole(percent)) {
            return String.format(Locale.ROOT, "%.0f", percent);
        }
        String text = String.format(Locale.ROOT, "%.2f", percent);
        return text.equals("100.00") || text.equals("0.00") ? String.format(Locale.ROOT, "%.4f", percent) : text;
    }

    /** {@code 0.07 s}, {@code 47.3 s}, {@code 3 min 12 s}, {@code 2 h 5 min}, {@code 12 d 5 h}. */
    static String duration(double seconds) {
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.2f\u00A0s", seconds);
        }
        if (seconds < MINUTE) {
            return String.format(Locale.ROOT, "%.1f\u00A0s", seconds);
        }
        if (seconds < HOUR) {
            long whole = Math.round(seconds);
            return whole / 60 + "\u00A0min\u00A0" + whole % 60 + "\u00A0s";
        }
        if (seconds < DAY) {
            long minutes = Math.round(seconds / MINUTE);
            return minutes / 60 + "\u00A0h\u00A0" + minutes % 60 + "\u00A0min";
        }
        long hours = Math.round(seconds / HOUR);
        return hours / 24 + "\u00A0d\u00A0" + hours % 24 + "\u00A0h";
    }

    /** For a chart, which shows no more digits. */
    static double charted(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).round(new MathContext(CHART_DIGITS)).doubleValue()
                : value;
    }
}
