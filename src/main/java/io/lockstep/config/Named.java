package io.lockstep.config;

import java.util.Locale;

/** A constant that the config names in snake case. */
interface Named {
    /** The Java name of the constant. */
    String name();

    /** The name in the config, e.g. {@code early_stopping}. */
    default String configName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
