package io.lockstep.data;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.broadcast.Broadcast;

/** What one task has of a {@link ShardedSet}: a run of consecutive shards, mapped into memory. */
public final class ShardTask {
    private final StoredShards stored;
    private final Mapping mapping;

    private ShardTask(StoredShards stored, Mapping mapping) {
        this.stored = stored;
        this.mapping = mapping;
    }

    /** Its shards, in order. */
    public List<ShardRange> shards() {
        return stored.shards();
    }

    /** Another task's run of the same shards, for a stage that hands runs out anew: by executors, not by partitions. */
    public ShardTask run(int task) {
        return new ShardTask(stored.ofTask(task), mapping);
    }

    /** A shard in memory, prepared; mapped at the first call in this JVM. */
    public Shard shard(ShardRange range) {
        return ShardStore.shard(mapping.set(), range.shard(), () -> map(range));
    }

    private Shard map(ShardRange range) {
        // each disk gets its part
        File[] directories = SparkEnv.get().blockManager().diskBlockManager().localDirs();
        Path directory = directories[range.shard() % directories.length].toPath();
        try (ShardBuilder builder =
                ShardBuilder.of(range, mapping.layout(), mapping.preparation().value(), directory)) {
            stored.read(range, builder.blocks());
            return builder.map();
        }
    }

    /**
     * How a set is mapped.
     *
     * @param set the name under which a JVM keeps its shards
     */
    record Mapping(String set, RowLayout layout, Broadcast<ShardedSet.Preparation> preparation)
            implements ShardRdd.Element<ShardTask> {
        @Override
        public ShardTask of(StoredShards shards) {
            return new ShardTask(shards, this);
        }
    }
}
