package io.lockstep.bench;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Lockstep's own preparation of the training images, once for each batch size, which is what the shards depend on. */
final class LockstepData implements AutoCloseable {
    private final SparkSession session;
    private final String images;
    private final Map<Integer, TrainingData> prepared = new HashMap<>();

    LockstepData(SparkSession session, String images) {
        this.session = session;
        this.images = images;
    }

    JavaSparkContext spark() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    LockstepConfig config(Net net, String sync) {
        return ConfigReader.read(net.config(images, sync), "bench.yaml", List.of());
    }

    TrainingData of(LockstepConfig config, int batch) {
        return prepared.computeIfAbsent(batch, unused -> TrainingData.prepare(session, config));
    }

    /** How a step's examples fall on the shards. */
    Slices slices(Net net) {
        ShardedSet set = of(config(net, "driver"), net.batch()).set(DataRole.TRAIN);
        return new Slices(Math.toIntExact(set.examples()), net.batch(), set.shards(), set.width());
    }

    @Override
    public void close() {
        prepared.values().forEach(TrainingData::close);
        prepared.clear();
    }
}
