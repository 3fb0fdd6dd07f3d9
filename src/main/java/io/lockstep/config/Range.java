package io.lockstep.config;

import java.util.function.DoublePredicate;

/** Which numbers a key takes. */
enum Range {
    POSITIVE("a number > 0", x -> x > 0),
    NOT_NEGATIVE("a number >= 0", x -> x >= 0),
    /** Of what is dropped or remembered: at 1 nothing would be left. */
    RATE("a number in [0, 1)", x -> x >= 0 && x < 1),
    FRACTION("a number in [0, 1]", x -> x >= 0 && x <= 1),
    POSITIVE_FRACTION("a number in (0, 1]", x -> x > 0 && x <= 1);

    private final String expected;
    private final DoublePredicate holds;

    Range(String expected, DoublePredicate holds) {
        this.expected = expected;
        this.holds = holds;
    }

    String expected() {
        return expected;
    }

    boolean contains(double x) {
        return Double.isFinite(x) && holds.test(x);
    }
}
