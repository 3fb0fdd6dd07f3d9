package io.lockstep.train;

import org.apache.spark.SparkThrowable;
import org.apache.spark.api.java.JavaSparkContext;

/** A stage failed; the driver's state is as it was. */
final class StageFailure extends Exception {
    private static final long serialVersionUID = 1L;
    /** Spark's name for the failure of a job that was cancelled. */
    private static final String CANCELLED = "SPARK_JOB_CANCELLED";

    private static final String FAILED_TASK = "finished unsuccessfully.";

    StageFailure(Throwable cause) {
        super(reason(String.valueOf(cause.getMessage())), cause);
    }

    /**
     * What happened, of Spark's account of a stage's end: the first line behind the words that say that a task of a barrier
     * stage has failed, and that this ends the stage; without the class of an exception.
     */
    static String reason(String account) {
        int words = account.lastIndexOf(FAILED_TASK);
        String news = words < 0 ? account : account.substring(words + FAILED_TASK.length());
        String line = news.lines()
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse(account);
        return line.replaceFirst("^(?:[a-z][\\w]*\\.)+[A-Z]\\w*: ", "");
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
