package io.lockstep.testing;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The one Spark session of a test JVM: four threads, whatever the machine has. */
public final class TestSpark {
    private static final SparkSession SESSION = SparkSession.builder()
            .appName("tests")
            .master("local[4]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "4")
            .getOrCreate();

    private TestSpark() {}

    /** The session; it ends with the JVM. */
    public static SparkSession session() {
        return SESSION;
    }

    /** Its context. */
    public static JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(SESSION.sparkContext());
    }
}
