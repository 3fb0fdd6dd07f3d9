package io.lockstep.data;

import java.util.function.Supplier;
import org.apache.spark.SparkContext;

/**
 * Names Spark's jobs and stages by what they are for, in its UI and event logs, where they would be called by the line of
 * code that started them. Names nest: inside {@code named(spark, "digits", …)}, jobs of {@code named(spark, "statistics of
 * train", …)} are called "digits: statistics of train".
 */
public final class Jobs {
    private static final String DESCRIPTION = "spark.job.description";
    private static final String SITE = "callSite.short";
    private static final String FULL_SITE = "callSite.long";

    private Jobs() {}

    /** What {@code body} returns, whose jobs in this thread, and in threads that it starts, are for {@code purpose}. */
    public static <T> T named(SparkContext spark, String purpose, Supplier<T> body) {
        Runnable end = start(spark, purpose);
        try {
            return body.get();
        } finally {
            end.run();
        }
    }

    /** Names the jobs of this thread until what is returned is run. */
    public static Runnable start(SparkContext spark, String purpose) {
        String description = spark.getLocalProperty(DESCRIPTION);
        String site = spark.getLocalProperty(SITE);
        String fullSite = spark.getLocalProperty(FULL_SITE);
        String name = description == null ? purpose : description + ": " + purpose;
        set(spark, name, name, name);
        return () -> set(spark, description, site, fullSite);
    }

    /** Runs {@code body}, whose jobs in this thread, and in threads that it starts, are for {@code purpose}. */
    public static void named(SparkContext spark, String purpose, Runnable body) {
        named(spark, purpose, () -> {
            body.run();
            return true;
        });
    }

    /** A stage is called by the call site of its job, or of the RDD that a shuffle stores; null is none. */
    private static void set(SparkContext spark, String description, String site, String fullSite) {
        spark.setLocalProperty(DESCRIPTION, description);
        spark.setLocalProperty(SITE, site);
        spark.setLocalProperty(FULL_SITE, fullSite);
    }
}
