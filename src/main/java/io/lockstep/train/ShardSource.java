package io.lockstep.train;

import io.lockstep.data.ShardTask;
import org.apache.spark.api.java.JavaRDD;

/** Where a training's steps get its shards from. */
interface ShardSource {
    /** How many tasks can share a step now. */
    int tasks();

    /** An element for each of {@code tasks} tasks. Fails where rows were lost with an executor. */
    JavaRDD<ShardTask> forSteps(int tasks);

    /** The same shards with their lineage, for other jobs. */
    JavaRDD<ShardTask> forJobs();

    /** Brings back what was lost. */
    void restore();
}
