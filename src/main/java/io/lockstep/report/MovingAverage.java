package io.lockstep.report;

/**
 * An exponentially weighted average with bias correction: V ← βV + (1−β)x, V/(1 − βᵗ) (notes, "Exponentially weighted
 * averages"). β = 0.98 looks back over about 50 values.
 */
final class MovingAverage {
    private static final double BETA = 0.98;

    private double average;
    private double weight;

    void add(double value) {
        average = BETA * average + (1 - BETA) * value;
        // 1 − βᵗ by the recurrence that the average follows
        weight = BETA * weight + (1 - BETA);
    }

    /** The average; NaN before the first value. */
    double value() {
        return average / weight;
    }
}
