package io.lockstep.data;

import java.io.Serializable;

/** Where the numbers of a column lie: facts that do not depend on the order in which they are collected. */
final class NumberRange implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Of different numbers of a column of integers no more are remembered. */
    static final int FEW = 10;

    /**
     * How many times larger than their range numbers may be before float32 keeps too few digits of their differences:
     * with 24 digits in all, 16 are left here.
     */
    private static final double MOST_OFFSET = 256;

    private final boolean integers;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    /** Whether float32 rounds any of the numbers. */
    private boolean rounded;

    private final double[] different = new double[FEW + 1];
    private int differents;

    /** @param integers whether the column's type has whole numbers only */
    NumberRange(boolean integers) {
        this.integers = integers;
    }

    void add(double number) {
        least = Math.min(least, number);
        greatest = Math.max(greatest, number);
        rounded |= (float) number != number;
        if (integers) {
            remember(number);
        }
    }

    private void remember(double number) {
        if (differents > FEW) {
            return;
        }
        for (int i = 0; i < differents; i++) {
            if (different[i] == number) {
                return;
            }
        }
        different[differents++] = number;
    }

    void merge(NumberRange other) {
        least = Math.min(least, other.least);
        greatest = Math.max(greatest, other.greatest);
        rounded |= other.rounded;
        for (int i = 0; i < other.differents; i++) {
            remember(other.different[i]);
        }
    }

    /**
     * What to subtract from the numbers before they are rounded to float32, so that their differences survive: the middle
     * of their range where they are far from zero, such as times in seconds since 1970; else 0.
     */
    double origin() {
        double range = greatest - least;
        boolean far = Math.max(Math.abs(least), Math.abs(greatest)) > MOST_OFFSET * range;
        return rounded && far && range > 0 ? least + range / 2 : 0;
    }

    /** Whether these are whole numbers of which only a few differ, and more than two. */
    boolean looksCategorical() {
        return integers && differents > 2 && differents <= FEW;
    }
}
