package io.lockstep.data;

import io.lockstep.config.BatchSize;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.ConfigException;
import java.io.Serializable;
import java.util.Locale;

/**
 * A shard: a run of consecutive examples of the canonical order.
 *
 * @param shard its number, from 0
 * @param start the rank of its first example
 * @param rows how many examples; 0 where there are more shards than examples
 */
public record ShardRange(int shard, long start, int rows) implements Serializable {

    /**
     * Shard {@code shard} of {@code shards}: as equal as can be, the first ones one example longer. So example q of an
     * epoch, dealt to shard q mod S, always finds a row.
     *
     * @throws IllegalArgumentException if a shard would have 2³¹ examples or more
     */
    public static ShardRange of(int shard, int shards, long examples) {
        long base = examples / shards;
        long longer = examples % shards;
        long rows = base + (shard < longer ? 1 : 0);
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(rows + " examples in one shard; more shards are needed");
        }
        return new ShardRange(shard, shard * base + Math.min(shard, longer), (int) rows);
    }

    /**
     * Looks whether {@code examples} can be cut into the shards and mini-batches of a config.
     *
     * @throws ConfigException if a shard would have 2³¹ examples or more, or an epoch as many steps
     */
    static void requireFew(long examples, LockstepConfig config) {
        int shards = TrainingData.shards(config);
        if (quotient(examples, shards) > Integer.MAX_VALUE) {
            throw new ConfigException(String.format(
                    Locale.ROOT,
                    "shards: %,d training rows in %d shards are more than the %,d that a shard can have. Set shards: %d.",
                    examples,
                    shards,
                    Integer.MAX_VALUE,
                    Math.max(1, Long.highestOneBit(2 * quotient(examples, Integer.MAX_VALUE) - 1))));
        }
        if (config.training().batchSize() instanceof BatchSize.Rows batch
                && quotient(examples, batch.examples()) > Integer.MAX_VALUE) {
            throw new ConfigException(String.format(
                    Locale.ROOT,
                    "training.batch_size: %,d training rows in mini-batches of %d make more than the %,d steps that an"
                            + " epoch can have. Set training.batch_size: %d or more.",
                    examples,
                    batch.examples(),
                    Integer.MAX_VALUE,
                    quotient(examples, Integer.MAX_VALUE)));
        }
    }

    /** Rounded up. */
    private static long quotient(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /** The rank after its last example. */
    public long end() {
        return start + rows;
    }
}
