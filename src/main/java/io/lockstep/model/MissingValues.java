package io.lockstep.model;

/** What becomes of a cell that has no value; NaN is none. */
public enum MissingValues {
    /** It is refused. */
    ERROR,
    /** A number becomes the training rows' mean; a category becomes none of its levels. */
    IMPUTE,
    /** As {@link #IMPUTE}, and one more feature, the column's last, is 1 where the value is missing, else 0. */
    INDICATE;

    /** How many features it adds to a column. */
    int features() {
        return this == INDICATE ? 1 : 0;
    }
}
