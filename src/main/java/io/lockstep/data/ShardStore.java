package io.lockstep.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The shards that this JVM has mapped: later tasks find them without touching Spark's blocks. Sets beyond the most recent
 * ones are dropped; a task that still wants one maps it anew.
 */
final class ShardStore {
    /** Train, dev and test of several trainings in one JVM. */
    private static final int MOST_SETS = 24;

    private static final Map<String, Map<Integer, Lazy>> SETS = new ConcurrentHashMap<>();
    private static final Deque<String> RECENT = new ArrayDeque<>();

    private ShardStore() {}

    /** The shard, by {@code load} if it is not here; at most one thread loads it. */
    static Shard shard(String set, int shard, Supplier<Shard> load) {
        Map<Integer, Lazy> shards = SETS.get(set);
        if (shards == null) {
            shards = register(set);
        }
        return shards.computeIfAbsent(shard, number -> new Lazy()).get(load);
    }

    private static synchronized Map<Integer, Lazy> register(String set) {
        Map<Integer, Lazy> shards = SETS.get(set);
        if (shards == null) {
            shards = new ConcurrentHashMap<>();
            SETS.put(set, shards);
            RECENT.addLast(set);
            if (RECENT.size() > MOST_SETS) {
                SETS.remove(RECENT.removeFirst());
            }
        }
        return shards;
    }

    /** Drops a set; its memory is unmapped when nothing refers to it any more. */
    static synchronized void release(String set) {
        SETS.remove(set);
        RECENT.remove(set);
    }

    /** A shard that the first caller loads while the others wait; other shards' callers do not. */
    private static final class Lazy {
        private Shard shard;

        synchronized Shard get(Supplier<Shard> load) {
            if (shard == null) {
                shard = load.get();
            }
            return shard;
        }
    }
}
