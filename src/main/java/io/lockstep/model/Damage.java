package io.lockstep.model;

import io.lockstep.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;

/** Tells a file that is damaged from one that cannot be read now, and may be whole. */
public final class Damage {
    private Damage() {}

    /** Whether {@code e} says that a file is missing, cut short or altered. */
    public static boolean isIn(DataException e) {
        return !(e.getCause() instanceof IOException) || e.getCause() instanceof FileNotFoundException;
    }
}
