package io.lockstep.data;

import io.lockstep.model.Storage;

/**
 * What an example of a set takes up on average, in bytes.
 *
 * @param features n_x
 * @param tail floats behind the features: targets, and a weight
 * @param values features that are stored: n_x of a dense example, those that are not 0 of a sparse one
 */
public record ExampleSize(Storage storage, int features, int tail, double values) {

    /** Of dense examples. */
    public static ExampleSize dense(int features, int tail) {
        return new ExampleSize(Storage.DENSE, features, tail, features);
    }

    /** Of sparse examples, {@code nonZeros} of whose features are not 0. */
    public static ExampleSize sparse(int features, int tail, double nonZeros) {
        return new ExampleSize(Storage.SPARSE, features, tail, nonZeros);
    }

    private boolean isSparse() {
        return storage == Storage.SPARSE;
    }

    /** As {@link RowLayout} has it. */
    public double packed() {
        return isSparse() ? (1 + 2 * values + tail) * Float.BYTES : (values + tail) * Float.BYTES;
    }

    /** In the file that is mapped: beside a sparse example stands where it begins. */
    double mapped() {
        return packed() + (isSparse() ? Long.BYTES : 0);
    }

    /**
     * On disk at the worst: while rows are put in order they are there as shuffled, with the hash of their keys, and as
     * sorted; then the shuffled ones go, and the sorted ones are there again as mapped.
     */
    public double onDisk() {
        return packed() + Math.max(packed() + Long.BYTES, mapped());
    }

    /** Its features in a mini-batch: floats, and of a sparse example as many indexes. */
    public double input() {
        return values * Float.BYTES * (isSparse() ? 2 : 1);
    }
}
