package io.lockstep.data;

import io.lockstep.nn.SparseBatch;

/**
 * A shard's prepared examples, memory-mapped from a float32 file on local disk: the page cache holds them, not the heap.
 * The file loses its name as soon as it is mapped, so nothing is left of it however the JVM ends. Read by any thread.
 */
public final class Shard {
    private final RowFile file;
    private final RowLayout layout;

    Shard(RowFile file, RowLayout layout) {
        this.file = file;
        this.layout = layout;
    }

    /** Whether its examples are sparse: best taken as such, though they are to be had in full as well. */
    public boolean isSparse() {
        return file instanceof SparseRowFile;
    }

    /** c of {@link SparseBatch} (n_x); empty of a dense shard. */
    public float[] shift() {
        return file instanceof SparseRowFile sparse ? sparse.shift() : new float[0];
    }

    /** A batch for this shard's examples; of a sparse shard only. */
    public SparseBatch newBatch() {
        return sparse().newBatch();
    }

    /** {@link #gather(int[], int, int, float[], float[])} of a sparse shard; {@code x} holds these examples then. */
    public void gather(int[] order, int from, int count, SparseBatch x, float[] y) {
        SparseRowFile sparse = sparse();
        x.clear();
        for (int j = 0; j < count; j++) {
            sparse.copy(order[from + j], x, y, j * layout.targets());
        }
    }

    /** {@link #read(int, int, float[], float[])} of a sparse shard; {@code x} holds these examples then. */
    public void read(int from, int count, SparseBatch x, float[] y) {
        SparseRowFile sparse = sparse();
        x.clear();
        for (int j = 0; j < count; j++) {
            sparse.copy(from + j, x, y, j * layout.targets());
        }
    }

    private SparseRowFile sparse() {
        if (file instanceof SparseRowFile sparse) {
            return sparse;
        }
        throw new IllegalStateException("the examples of this shard are dense");
    }

    /** How many examples. */
    public int rows() {
        return file.rows();
    }

    /** Brings examples [from, from + count) into the page cache, in one go. */
    public void load(int from, int count) {
        file.load(from, count);
    }

    /**
     * Gathers examples into the columns of a mini-batch.
     *
     * @param order row numbers
     * @param from of {@code order}
     * @param count how many
     * @param x X (n_x, count), filled from its first column
     * @param y the targets, ({@link io.lockstep.nn.Loss#targets}, count)
     */
    public void gather(int[] order, int from, int count, float[] x, float[] y) {
        for (int j = 0; j < count; j++) {
            copy(order[from + j], x, y, j);
        }
    }

    /** Examples [from, from + count) as the columns of a mini-batch; as {@link #gather}. */
    public void read(int from, int count, float[] x, float[] y) {
        for (int j = 0; j < count; j++) {
            copy(from + j, x, y, j);
        }
    }

    private void copy(int row, float[] x, float[] y, int j) {
        file.copy(row, x, j * layout.features(), y, j * layout.targets());
    }

    /** Whether examples have weights; else each weighs 1. */
    public boolean isWeighted() {
        return layout.isWeighted();
    }

    /** The weights (1, count) of what {@link #gather} takes with the same arguments; only of a weighted shard. */
    public void gatherWeights(int[] order, int from, int count, float[] weights) {
        for (int j = 0; j < count; j++) {
            weights[j] = weight(order[from + j]);
        }
    }

    /** The weights (1, count) of what {@link #read} takes; of a shard without weights ones. */
    public void readWeights(int from, int count, float[] weights) {
        for (int j = 0; j < count; j++) {
            weights[j] = isWeighted() ? weight(from + j) : 1;
        }
    }

    private float weight(int row) {
        return file.tail(row, layout.targets());
    }

    /** The slice of example {@code row}; of a shard with slices only. */
    public int slice(int row) {
        return (int) file.tail(row, layout.tail() - 1);
    }
}
