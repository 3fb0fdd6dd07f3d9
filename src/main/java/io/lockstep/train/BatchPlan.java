package io.lockstep.train;

import java.io.Serializable;

/**
 * How the examples of an epoch fall into mini-batches. The epoch is a sequence q = 0 … n−1 dealt to the shards in turn:
 * q goes to shard q mod S, as number ⌊q/S⌋ of that shard's permutation. Step t has q in [t·B, min((t+1)·B, n)). So each
 * example comes exactly once, each batch has B examples whatever B and S are, and only the last may be short.
 *
 * @param examples n
 * @param batchSize B
 * @param shards S
 */
record BatchPlan(long examples, long batchSize, int shards) implements Serializable {

    BatchPlan {
        if (examples < 1 || batchSize < 1 || shards < 1) {
            throw new IllegalArgumentException(
                    "no batches of " + batchSize + " from " + examples + " examples in " + shards + " shards");
        }
    }

    /** Steps of an epoch, ⌈n/B⌉. */
    int steps() {
        return Math.toIntExact((examples + batchSize - 1) / batchSize);
    }

    /** The examples of a step: B, but for the last. */
    long rows(int step) {
        return Math.min(examples, (step + 1L) * batchSize) - step * batchSize;
    }

    /** Where in a shard's permutation step {@code step} begins; step {@code steps()} stands for the end. */
    int start(int shard, int step) {
        long q = Math.min(examples, step * batchSize);
        // how many of 0 … q−1 are ≡ shard mod S
        return (int) ((q - shard + shards - 1) / shards);
    }

    /** The most examples that a shard has in one step. */
    int mostRows() {
        return (int) ((Math.min(batchSize, examples) + shards - 1) / shards);
    }
}
