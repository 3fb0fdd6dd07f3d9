package io.lockstep.eval;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * What is written of numbers whose last bits say nothing.
 */
final class Rounding {
    private static final MathContext DIGITS = new MathContext(12);

    private Rounding() {}

    /** The value to 12 significant digits; infinities and NaN as they are. */
    static double significant(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : value;
    }
}
