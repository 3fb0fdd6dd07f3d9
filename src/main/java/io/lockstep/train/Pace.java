package io.lockstep.train;

/** Cuts an epoch into strides that take about as long as is to lie between two checkpoints. Bits do not depend on it. */
final class Pace {
    /** Of the first stride, when nobody knows how long a step takes. */
    private static final int FIRST_STEPS = 8;
    /** The first strides are slow: shards are mapped, and the JIT is cold. */
    private static final int MOST_GROWTH = 16;

    private final double seconds;
    private int steps = FIRST_STEPS;

    /** Strides of about {@code seconds}. */
    Pace(double seconds) {
        this.seconds = seconds;
    }

    /** The next stride's steps, where {@code left} of the epoch are left. */
    int steps(int left) {
        return Math.min(left, steps);
    }

    /** Takes in how long a stride took. */
    void took(int taken, double elapsed) {
        double fit = seconds * taken / Math.max(1e-9, elapsed);
        steps = (int) Math.max(1, Math.min(fit, Math.min((double) MOST_GROWTH * taken, Integer.MAX_VALUE)));
    }
}
