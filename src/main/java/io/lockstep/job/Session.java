package io.lockstep.job;

import io.lockstep.error.ConfigException;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.SparkSession;

/** A command's Spark session: its own, which ends with it, or the one that this JVM has already. */
final class Session implements AutoCloseable {
    private static final String DIRECT_RESULTS = "spark.task.maxDirectResultSize";

    private final SparkSession spark;
    private final boolean own;

    private Session(SparkSession spark, boolean own) {
        this.spark = spark;
        this.own = own;
    }

    /**
     * A session on the master that was asked for, unless there is one already.
     *
     * @throws ConfigException if Spark knows no such master
     */
    static Session open(String name, CommonOptions options) {
        return SparkSession.getDefaultSession().isDefined()
                ? new Session(SparkSession.getDefaultSession().get(), false)
                : new Session(create(name, options), true);
    }

    private static SparkSession create(String name, CommonOptions options) {
        String master = options.master();
        SparkSession.Builder builder =
                SparkSession.builder().appName("lockstep " + name).master(master);
        // gradient sums are results of tasks: above the default of 1 MiB they would make a detour through the block
        // store
        builder = builder
                // a cluster's own defaults may name Kryo, which as Spark ships it serializes neither records nor what
                // replaces itself by its serial form
                .config("spark.serializer", JavaSerializer.class.getName())
                .config(DIRECT_RESULTS, System.getProperty(DIRECT_RESULTS, "64m"));
        if (master.matches("local(\\[.*)?")) {
            // nothing of one machine's run need listen on its network, and conf/spark-defaults.conf is for clusters
            builder = builder.config("spark.ui.enabled", System.getProperty("spark.ui.enabled", "false"))
                    .config("spark.driver.host", "localhost")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.driver.maxResultSize", "0")
                    .config("spark.broadcast.compress", "false");
        }
        try {
            return builder.getOrCreate();
        } catch (RuntimeException e) {
            if (e.getMessage() != null && e.getMessage().contains("master URL")) {
                throw new ConfigException(
                        "--master: Spark knows no master \"" + master
                                + "\". Expected local[N], spark://HOST:PORT, yarn or k8s://URL.",
                        e);
            }
            throw e;
        }
    }

    SparkSession spark() {
        return spark;
    }

    @Override
    public void close() {
        if (own) {
            spark.stop();
        }
    }
}
