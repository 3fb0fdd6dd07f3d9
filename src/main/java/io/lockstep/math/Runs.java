package io.lockstep.math;

/** Cuts 0 … n−1 into runs as equal as can be. */
public final class Runs {
    private Runs() {}

    /** Where run {@code run} of {@code runs} begins; run {@code runs} stands for the end. */
    public static int start(int n, int run, int runs) {
        return (int) ((long) n * run / runs);
    }
}
