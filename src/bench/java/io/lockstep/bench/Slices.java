package io.lockstep.bench;

/**
 * Lockstep's mini-batches, cut into the shards' slices: example q of the epoch belongs to shard q mod S.
 *
 * @param examples of an epoch
 * @param batch examples of a step
 * @param shards S
 * @param width features of an example
 */
record Slices(int examples, int batch, int shards, int width) {
    /** Examples of one pass through the network (Lockstep's {@code ShardWorker}). */
    static final int PASS_ROWS = 1024;

    int steps() {
        return (examples + batch - 1) / batch;
    }

    /** Examples of a shard in a step. */
    int rows(int shard, int step) {
        return before(shard, step + 1) - before(shard, step);
    }

    private int before(int shard, int step) {
        long q = Math.min(examples, (long) step * batch);
        return (int) ((q - shard + shards - 1) / shards);
    }

    /** The most examples of a pass. */
    int capacity() {
        return Math.min(PASS_ROWS, (Math.min(batch, examples) + shards - 1) / shards);
    }
}
