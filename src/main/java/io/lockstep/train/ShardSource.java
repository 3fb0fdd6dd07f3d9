package io.lockstep.train;

import io.lockstep.data.ShardTask;
import org.apache.spark.api.java.JavaRDD;

/** Where a training's steps get its shards from. */
interface ShardSource {
    /** An element for each task, as many as can run at once now. Fails where rows were lost with an executor. */
    JavaRDD<ShardTask> forSteps();

    /** The same shards with their lineage, for other jobs. */
    JavaRDD<ShardTask> forJobs();

    /** Brings back what was lost. */
    void restore();
}
