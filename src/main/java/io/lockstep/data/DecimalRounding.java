package io.lockstep.data;

import java.math.BigInteger;

/**
 * The double nearest to w·10^q, by one or two products of 64 bits; where these leave a doubt, NaN, and a slower way has to
 * decide.
 *
 * @see <a href="https://doi.org/10.1002/spe.2984">Lemire 2021, "Number parsing at a gigabyte per second", section 5</a>
 */
final class DecimalRounding {
    private static final int LEAST_POWER = -342;
    private static final int GREATEST_POWER = 308;

    /** The first 128 bits of 5^q, for negative q rounded up: two longs for each q. */
    private static final long[] POWERS_OF_FIVE = new long[2 * (GREATEST_POWER - LEAST_POWER + 1)];

    private static final int FRACTION_BITS = 52;
    private static final int EXPONENT_BIAS = 1023;
    private static final int INFINITE_EXPONENT = 2047;
    /** Below this the shorter form of 1/5^−q, which rounds right in the case of a tie, has no more room. */
    private static final int LEAST_EXACT_RECIPROCAL = -27;

    static {
        for (int q = LEAST_POWER; q <= GREATEST_POWER; q++) {
            BigInteger bits =
                    q < 0 ? reciprocal(-q) : first128(BigInteger.valueOf(5).pow(q));
            int at = 2 * (q - LEAST_POWER);
            POWERS_OF_FIVE[at] = bits.shiftRight(64).longValue();
            POWERS_OF_FIVE[at + 1] = bits.longValue();
        }
    }

    private DecimalRounding() {}

    private static BigInteger reciprocal(int power) {
        BigInteger five = BigInteger.valueOf(5).pow(power);
        int bits = five.bitLength(); // 5^power is no power of two, so 2^(bits − 1) < 5^power < 2^bits
        int shift = -power >= LEAST_EXACT_RECIPROCAL ? bits + 127 : 2 * bits + 128;
        return first128(BigInteger.ONE.shiftLeft(shift).divide(five).add(BigInteger.ONE));
    }

    private static BigInteger first128(BigInteger number) {
        return number.shiftRight(number.bitLength() - 128);
    }

    /**
     * Rounds w·10^q.
     *
     * @param w unsigned
     * @return NaN if in doubt: near a tie, subnormal, too large
     */
    static double round(long w, int q) {
        if (w == 0) {
            return 0;
        }
        if (q < LEAST_POWER || q > GREATEST_POWER) {
            return Double.NaN;
        }
        int zeros = Long.numberOfLeadingZeros(w);
        long normal = w << zeros;
        int at = 2 * (q - LEAST_POWER);
        long high = unsignedHigh(normal, POWERS_OF_FIVE[at]);
        long low = normal * POWERS_OF_FIVE[at];
        if ((high & 0x1FF) == 0x1FF) {
            long more = unsignedHigh(normal, POWERS_OF_FIVE[at + 1]);
            low += more;
            if (Long.compareUnsigned(low, more) < 0) {
                high++;
            }
        }
        if (low == -1) {
            return Double.NaN;
        }
        int top = (int) (high >>> 63);
        int dropped = top + 64 - FRACTION_BITS - 3;
        long fraction = high >>> dropped;
        // ⌊q·log₂10⌋ as a product of integers, right for all q of the table
        int exponent = ((217706 * q) >> 16) + 63 + top - zeros + EXPONENT_BIAS;
        if (exponent <= 0) {
            return Double.NaN;
        }
        boolean mayBeTie = (low == 0 || low == 1) && q >= -4 && q <= 23 && (fraction & 3) == 1;
        if (mayBeTie && fraction << dropped == high) {
            fraction &= ~1L;
        }
        fraction = (fraction + (fraction & 1)) >>> 1;
        if (fraction == 1L << (FRACTION_BITS + 1)) {
            fraction >>>= 1;
            exponent++;
        }
        if (exponent >= INFINITE_EXPONENT) {
            return Double.NaN;
        }
        return Double.longBitsToDouble((fraction & ((1L << FRACTION_BITS) - 1)) | ((long) exponent << FRACTION_BITS));
    }

    private static long unsignedHigh(long a, long b) {
        return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
    }
}
