package io.lockstep.data;

/** A shard's prepared examples in a mapped file. Read by any thread. */
sealed interface RowFile permits DenseRowFile, SparseRowFile {

    /** How many examples. */
    int rows();

    /** Brings examples [from, from + count) into the page cache, in one go. */
    void load(int from, int count);

    /** Writes the features of an example to {@code x[xFrom..]}, in full, and its targets to {@code y[yFrom..]}. */
    void copy(int row, float[] x, int xFrom, float[] y, int yFrom);

    /** The {@code i}-th of the numbers behind an example's features: its targets, its weight, its slice. */
    float tail(int row, int i);
}
