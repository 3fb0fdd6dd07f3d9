package io.lockstep.config;

/** Which numbers a key takes. */
enum Range {
    ANY("a number"),
    POSITIVE("a number > 0"),
    NOT_NEGATIVE("a number >= 0"),
    /** Of what is dropped or remembered: at 1 nothing would be left. */
    RATE("a number in [0, 1)"),
    FRACTION("a number in [0, 1]"),
    POSITIVE_FRACTION("a number in (0, 1]"),
    /** In degrees: at 90 nothing would be left of a sheared image. */
    ACUTE_ANGLE("a number in [0, 90)");

    private final String expected;

    Range(String expected) {
        this.expected = expected;
    }

    String expected() {
        return expected;
    }

    boolean contains(double x) {
        return Double.isFinite(x)
                && switch (this) {
                    case ANY -> true;
                    case POSITIVE -> x > 0;
                    case NOT_NEGATIVE -> x >= 0;
                    case RATE -> x >= 0 && x < 1;
                    case FRACTION -> x >= 0 && x <= 1;
                    case POSITIVE_FRACTION -> x > 0 && x <= 1;
                    case ACUTE_ANGLE -> x >= 0 && x < 90;
                };
    }
}
