package io.lockstep.config;

import java.io.Serializable;

/**
 * The fractions into which data without files of their own is divided.
 *
 * @param train in (0, 1]
 * @param dev in [0, 1)
 * @param test in [0, 1)
 * @param trainDev of the training rows, in [0, 1): set aside to be evaluated only. They come from where the training rows
 *     come from, so that they tell variance from a dev set of another distribution
 */
public record Split(double train, double dev, double test, double trainDev) implements Serializable {
    /** Far above the rounding of a sum of three decimal fractions, far below a fraction that anybody means. */
    private static final double TOLERANCE = 1e-9;

    /** @throws IllegalArgumentException if a fraction is out of its range or they do not sum to 1 */
    public Split {
        Checks.require(train > 0 && dev >= 0 && test >= 0, "split: train must be > 0, dev and test >= 0");
        Checks.require(sumsToOne(train, dev, test), "split: the fractions must sum to 1");
        Checks.require(trainDev >= 0 && trainDev < 1, "split: train_dev must be >= 0 and < 1");
    }

    /** Without a train_dev set. */
    public Split(double train, double dev, double test) {
        this(train, dev, test, 0);
    }

    static boolean sumsToOne(double train, double dev, double test) {
        return Math.abs(train + dev + test - 1) <= TOLERANCE;
    }
}
