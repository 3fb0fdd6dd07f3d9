package io.lockstep.data;

import java.nio.charset.StandardCharsets;

/**
 * A number in a cell of csv, to the bit as {@link Long#parseLong} and {@link Double#parseDouble} read it. Most numbers are
 * short, and then an exact integer, divided or multiplied once by an exact power of ten, is rounded once and so right.
 *
 * @see <a href="https://doi.org/10.1145/93542.93557">Clinger 1990, "How to read floating point numbers accurately"</a>
 */
final class CsvNumber {
    /** A long holds every number of so many digits. */
    private static final int LONG_DIGITS = 18;

    /** As many fit into 64 bits without a sign. */
    private static final int UNSIGNED_DIGITS = 19;

    private static final long EXACT_INTEGER = 1L << 53;
    private static final int LONGEST_EXPONENT = 4;

    /** 10⁰ to 10²²: those that a double holds exactly. */
    private static final double[] POWERS = new double[23];

    static {
        double power = 1;
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = power;
            power *= 10;
        }
    }

    private long integer;
    private double real;
    /** Where the digits that {@link #digits} read end, and how many they were. */
    private int next;

    private int count;

    /** The number that the last {@link #isLong} or {@link #isInt} found. */
    long integer() {
        return integer;
    }

    /** The number that the last {@link #isDouble} found. */
    double real() {
        return real;
    }

    boolean isInt(byte[] bytes, int from, int to) {
        return isLong(bytes, from, to) && integer == (int) integer;
    }

    boolean isLong(byte[] bytes, int from, int to) {
        int start = hasSign(bytes, from, to) ? from + 1 : from;
        if (to - start <= LONG_DIGITS) {
            integer = 0;
            digits(bytes, start, to);
            if (next == to && count > 0) {
                integer = bytes[from] == '-' ? -integer : integer;
                return true;
            }
        }
        try {
            integer = Long.parseLong(text(bytes, from, to));
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    boolean isDouble(byte[] bytes, int from, int to) {
        if (isShortDouble(bytes, from, to)) {
            return true;
        }
        try {
            real = Double.parseDouble(text(bytes, from, to));
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private boolean isShortDouble(byte[] bytes, int from, int to) {
        int start = hasSign(bytes, from, to) ? from + 1 : from;
        integer = 0;
        digits(bytes, start, to);
        int found = count;
        int exponent = 0;
        if (next < to && bytes[next] == '.') {
            digits(bytes, next + 1, to);
            exponent = -count;
            found += count;
        }
        if (found == 0 || found > UNSIGNED_DIGITS) {
            return false;
        }
        long mantissa = integer;
        if (next < to && (bytes[next] == 'e' || bytes[next] == 'E')) {
            int power = next + 1;
            boolean negative = power < to && bytes[power] == '-';
            integer = 0;
            digits(bytes, hasSign(bytes, power, to) ? power + 1 : power, to);
            if (count == 0 || count > LONGEST_EXPONENT) {
                return false;
            }
            exponent += (int) (negative ? -integer : integer);
        }
        if (next != to) {
            return false;
        }
        double magnitude = magnitude(mantissa, exponent);
        real = bytes[from] == '-' ? -magnitude : magnitude;
        return !Double.isNaN(magnitude);
    }

    /** mantissa·10^exponent, the mantissa unsigned; NaN if it takes more to tell. */
    private static double magnitude(long mantissa, int exponent) {
        if (mantissa >= 0 && mantissa <= EXACT_INTEGER && Math.abs(exponent) < POWERS.length) {
            return exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
        }
        return DecimalRounding.round(mantissa, exponent);
    }

    private static boolean hasSign(byte[] bytes, int from, int to) {
        return from < to && (bytes[from] == '-' || bytes[from] == '+');
    }

    /** Appends the digits from {@code from} on to {@code integer}, which more than 19 of them overflow. */
    private void digits(byte[] bytes, int from, int to) {
        int i = from;
        long value = integer;
        while (i < to) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = 10 * value + digit;
            i++;
        }
        integer = value;
        next = i;
        count = i - from;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
