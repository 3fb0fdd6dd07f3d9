package io.lockstep.data;

/**
 * How rows were dealt to train, dev and test. Two trainings with the same key deal a row to the same place: hashes of the
 * key in [0, 1) below {@code trainEnd} are train, from there and below {@code devEnd} dev, the rest test.
 *
 * @param key changes with the names of the columns that are hashed
 */
public record SplitRule(String key, double trainEnd, double devEnd) {

    /** Whether the test rows of a training by this rule are neither train nor dev by {@code other}. */
    public boolean testsOutside(SplitRule other) {
        return key.equals(other.key) && devEnd >= other.devEnd && devEnd >= other.trainEnd;
    }
}
