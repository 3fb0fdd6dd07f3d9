package io.lockstep.data;

import io.lockstep.model.Storage;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * How a stored example lies, in words of four bytes.
 *
 * <ul>
 *   <li>Dense: a float for each feature, then the targets, then the weight, where the set has weights, and last the number
 *       of its slice, where it has slices.
 *   <li>Sparse: how many features are not 0, their indexes, rising, and their values; then as above.
 * </ul>
 *
 * @param features n_x
 * @param targets floats of the target
 * @param weight whether there is one
 * @param slice likewise
 */
record RowLayout(int features, int targets, Weight weight, Slice slice, Storage storage) implements Serializable {

    /** Whether examples have a weight of their own. */
    enum Weight {
        /** Each weighs 1. */
        NONE,
        /** It is the float behind the targets. */
        BEHIND_TARGETS
    }

    /** Whether examples belong to {@linkplain SliceColumn slices}. */
    enum Slice {
        /** They do not. */
        NONE,
        /** The last float is the number of the slice. */
        LAST
    }

    /** Without slices. */
    RowLayout(int features, int targets, Weight weight, Storage storage) {
        this(features, targets, weight, Slice.NONE, storage);
    }

    /** Of dense examples. */
    RowLayout(int features, int targets, Weight weight) {
        this(features, targets, weight, Slice.NONE, Storage.DENSE);
    }

    /** Floats of a dense example. */
    int stride() {
        return features + tail();
    }

    /** Floats behind the features. */
    int tail() {
        return targets + (isWeighted() ? 1 : 0) + (isSliced() ? 1 : 0);
    }

    /** Bytes of the example that begins at {@code offset}. */
    int bytes(ByteBuffer examples, int offset) {
        return isSparse() ? sparseBytes(examples.getInt(offset)) : stride() * Float.BYTES;
    }

    /** Bytes of a sparse example of {@code nonZeros}. */
    int sparseBytes(int nonZeros) {
        return (1 + 2 * nonZeros + tail()) * Float.BYTES;
    }

    boolean isWeighted() {
        return weight == Weight.BEHIND_TARGETS;
    }

    boolean isSliced() {
        return slice == Slice.LAST;
    }

    boolean isSparse() {
        return storage == Storage.SPARSE;
    }
}
