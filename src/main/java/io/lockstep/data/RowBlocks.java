package io.lockstep.data;

/** Cuts a shard's examples into blocks of a fixed number, whatever pieces they come in. */
sealed interface RowBlocks permits DenseBlocks, SparseBlocks {

    /** Takes the next examples, [from, from + count) of a stored piece. */
    void add(PackedRows piece, int from, int count);

    /** Hands on what is left of the shard: a block that is not full. */
    void end();
}
