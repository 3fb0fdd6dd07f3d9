package io.lockstep.model;

import java.util.Locale;

/** How examples are stored, and multiplied by the first layer's W. */
public enum Storage {
    /** Every feature. */
    DENSE,
    /** The features that are not 0. */
    SPARSE;

    /** Its name in model.json. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
