package io.lockstep.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;

/** A config's examples by role, encoded and in canonical order. */
final class TrainingSets implements AutoCloseable {
    private final Map<DataRole, ShardedSet> sets = new EnumMap<>(DataRole.class);
    private final Map<DataRole, Long> fingerprints = new EnumMap<>(DataRole.class);
    private final Map<DataRole, Long> orders = new EnumMap<>(DataRole.class);
    private final List<CanonicalRows> stored = new ArrayList<>();

    /** Encodes and stores a file's examples, under the roles that {@code splitter} deals them to. */
    void store(Tables.Source source, List<String> keyColumns, Splitter splitter, Encoding encoding, Ranges ranges) {
        StructType table = source.table().schema();
        CanonicalRows rows = CanonicalRows.of(
                source.rows(),
                new KeyHash(table, keyColumns),
                splitter,
                new ExampleEncoder(encoding.features(), table),
                encoding.target(table),
                encoding.config().training().seed(),
                ranges);
        stored.add(rows);
        for (DataRole role : DataRole.values()) {
            long count = rows.count(role);
            if (count > 0) {
                int shards = role == DataRole.TRAIN
                        ? TrainingData.shards(encoding.config())
                        : TrainingData.evaluationShards(count);
                sets.put(role, rows.shards(role, shards));
                fingerprints.put(role, rows.fingerprint(role));
                orders.put(role, rows.orderFingerprint(role));
            }
        }
    }

    boolean has(DataRole role) {
        return sets.containsKey(role);
    }

    /** @throws IllegalArgumentException if there are no examples of that role */
    ShardedSet set(DataRole role) {
        ShardedSet set = sets.get(role);
        if (set == null) {
            throw new IllegalArgumentException("there are no examples for " + role.configName());
        }
        return set;
    }

    /** All that there are. */
    Map<DataRole, ShardedSet> byRole() {
        return sets;
    }

    /** As {@link TrainingData#fingerprint}. */
    long fingerprint(DataRole role) {
        return fingerprints.getOrDefault(role, 0L);
    }

    /** As {@link TrainingData#orderFingerprint}. */
    long orderFingerprint(DataRole role) {
        return orders.getOrDefault(role, 0L);
    }

    @Override
    public void close() {
        sets.values().forEach(ShardedSet::close);
        stored.forEach(CanonicalRows::close);
    }
}
