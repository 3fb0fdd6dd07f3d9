package io.lockstep.config;

/** What becomes of cells without a value. A label is never filled in. */
public enum Missing implements Named {
    /** The row is refused. */
    ERROR,
    /** Numbers become the training rows' mean, categories one of their own; a column that had any gets an indicator. */
    IMPUTE
}
