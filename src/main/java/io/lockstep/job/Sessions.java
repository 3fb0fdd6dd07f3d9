package io.lockstep.job;

import io.lockstep.error.ConfigException;
import org.apache.spark.sql.SparkSession;

/** Opens Spark sessions for commands. */
final class Sessions {
    private Sessions() {}

    /**
     * A session on the master that was asked for.
     *
     * @throws ConfigException if Spark knows no such master
     */
    static SparkSession open(String name, CommonOptions options) {
        String master = options.master();
        SparkSession.Builder builder =
                SparkSession.builder().appName("lockstep " + name).master(master);
        if (master.startsWith("local")) {
            // nothing of one machine's run need listen on its network
            builder = builder.config("spark.ui.enabled", System.getProperty("spark.ui.enabled", "false"))
                    .config("spark.driver.host", "localhost")
                    .config("spark.driver.bindAddress", "127.0.0.1");
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
}
