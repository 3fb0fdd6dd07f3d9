package io.lockstep.config;

/** The invariants of the records, for those who build them without a YAML file. */
final class Checks {
    private Checks() {}

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    static void requireRate(String key, double value) {
        require(value >= 0 && value < 1, key + " must be in [0, 1), is " + value);
    }

    static void requireNotNegative(String key, double value) {
        require(value >= 0 && Double.isFinite(value), key + " must be finite and >= 0, is " + value);
    }

    static void requireText(String key, String value) {
        require(!value.isBlank(), key + " must not be blank");
    }
}
