package io.lockstep.train;

import org.apache.spark.SparkThrowable;
import org.apache.spark.api.java.JavaSparkContext;

/** A stage failed; the driver's state is as it was. */
final class StageFailure extends Exception {
    private static final long serialVersionUID = 1L;
    /** Spark's name for the failure of a job that was cancelled. */
    private static final String CANCELLED = "SPARK_JOB_CANCELLED";

    StageFailure(Throwable cause) {
        super(cause.getMessage(), cause);
    }

    /** Whether somebody wanted it: Spark is being stopped, or the job was cancelled. */
    boolean isWanted(JavaSparkContext spark) {
        return isWanted(spark, getCause());
    }

    /** {@link #isWanted} of what made a stage fail. */
    static boolean isWanted(JavaSparkContext spark, Throwable cause) {
        return spark.sc().isStopped()
                || (cause instanceof SparkThrowable thrown && CANCELLED.equals(thrown.getCondition()));
    }
}
