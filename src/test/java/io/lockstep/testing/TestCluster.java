package io.lockstep.testing;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The one Spark session of a test JVM, on a {@link ScriptedCluster} of three executors in JVMs of their own. All of it ends
 * with this JVM. Not beside {@link TestSpark}: a JVM has one session.
 */
public final class TestCluster {
    /** How many executors. */
    public static final int EXECUTORS = 3;

    private static final SparkSession SESSION = start();

    private TestCluster() {}

    /** The session; it ends with the JVM. */
    public static SparkSession session() {
        return SESSION;
    }

    /** Its context. */
    public static JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(SESSION.sparkContext());
    }

    private static SparkSession start() {
        Runtime.getRuntime().addShutdownHook(new Thread(Cluster::end, "test-cluster-end"));
        Cluster.SCRIPTED.start(EXECUTORS);
        SparkSession.Builder builder = SparkSession.builder().appName("tests").master(Cluster.SCRIPTED.url());
        Cluster.SCRIPTED.driverProperties().forEach(builder::config);
        return builder
                // one that falls silent is given up so soon, and not in two minutes
                .config("spark.network.timeout", "30s")
                .config("spark.network.timeoutInterval", "10s")
                .config("spark.executor.heartbeatInterval", "3s")
                // slow tasks are run a second time, whatever the test
                .config("spark.speculation", "true")
                .config("spark.speculation.quantile", "0.5")
                .config("spark.speculation.interval", "50ms")
                .config("spark.speculation.minTaskRuntime", "500ms")
                .getOrCreate();
    }

    /** A class of its own, for a JVM may be told to end while the session starts: the hook would wait for it. */
    private static final class Cluster {
        private static final ScriptedCluster SCRIPTED = new ScriptedCluster("test-cluster");

        /** The session first: executors that go before it would be asked for again. */
        private static void end() {
            SparkSession.getDefaultSession().foreach(session -> {
                session.stop();
                return null;
            });
            SCRIPTED.stop();
        }
    }
}
