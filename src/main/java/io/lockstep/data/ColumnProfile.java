package io.lockstep.data;

import java.util.Map;
import java.util.Optional;

/**
 * What a scan found in a column.
 *
 * @param type as Spark names it
 * @param use what the config makes of it
 * @param missing cells that are null or not a number, by the role of their row
 * @param constant the one value that all training rows have, as text; empty if there are two or more. A vector column has
 *     none
 * @param fingerprint equal for columns with the same values in the same training rows, and for others practically never
 * @param elements of a vector column; 0 for others
 * @param constantElements of them that are the same in all training rows
 */
public record ColumnProfile(
        String name,
        String type,
        Use use,
        Map<DataRole, Long> missing,
        Optional<String> constant,
        long fingerprint,
        int elements,
        int constantElements) {

    /** What a column is used for. */
    public enum Use {
        /** What is to be predicted. */
        LABEL,
        /** How much an example counts. */
        WEIGHT,
        /** Part of what identifies an example; no feature. */
        KEY,
        /** A number. */
        NUMERIC,
        /** A category. */
        CATEGORICAL,
        /** Numbers of a fixed count. */
        VECTOR,
        /** A picture's file. */
        IMAGE,
        /** Of a type that is no feature, and not excluded. */
        UNUSABLE,
        /** Nothing. */
        IGNORED;

        /** Whether it becomes features. */
        public boolean isFeature() {
            return this == NUMERIC || this == CATEGORICAL || this == VECTOR || this == IMAGE;
        }
    }

    public ColumnProfile {
        missing = Map.copyOf(missing);
    }

    /** In all rows. */
    public long missingCells() {
        return missing.values().stream().mapToLong(Long::longValue).sum();
    }
}
