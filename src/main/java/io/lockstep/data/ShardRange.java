package io.lockstep.data;

import java.io.Serializable;

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

    /** The rank after its last example. */
    public long end() {
        return start + rows;
    }
}
