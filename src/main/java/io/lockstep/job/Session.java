package io.lockstep.job;

import io.lockstep.data.Jobs;
import io.lockstep.data.Sizes;
import io.lockstep.error.ConfigException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Timer;
import java.util.stream.Stream;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkThrowable;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.SparkSession;

/** A command's Spark session: its own, which ends with it, or the one that this JVM has already. */
final class Session implements AutoCloseable {
    private static final String DIRECT_RESULTS = "spark.task.maxDirectResultSize";
    private static final String LOCAL_DIR = "spark.local.dir";
    private static final String LOCAL_DIRS_VARIABLE = "SPARK_LOCAL_DIRS";

    /** Behind Spark's own shutdown hook, at 40, which empties the folders. */
    private static final int AFTER_SPARK = 5;

    /** How Spark names its refusal of a driver's heap, and of an executor's. */
    private static final List<String> SMALL_HEAPS = List.of("INVALID_DRIVER_MEMORY", "INVALID_EXECUTOR_MEMORY");

    /** What Spark reserves for itself, 300 MiB, and half as much. */
    private static final long LEAST_HEAP = 450L << 20;

    private final SparkSession spark;
    private final boolean own;
    private final Optional<LocalFolders> folders;
    private final Optional<Timer> watch;
    private final Runnable endOfName;

    private Session(String name, SparkSession spark, boolean own, Optional<LocalFolders> folders) {
        this.endOfName = Jobs.start(spark.sparkContext(), name);
        this.spark = spark;
        this.own = own;
        this.folders = folders;
        this.watch = own && !spark.sparkContext().isLocal()
                ? Optional.of(ExecutorWatch.over(spark.sparkContext()))
                : Optional.empty();
    }

    /**
     * A session on the master that was asked for, unless there is one already.
     *
     * @param name of the application, and before the names of this thread's jobs until the session ends
     * @throws ConfigException if Spark knows no such master
     * @throws io.lockstep.error.ClusterException if it does not answer
     */
    static Session open(String name, CommonOptions options) {
        if (SparkSession.getDefaultSession().isDefined()) {
            return new Session(name, SparkSession.getDefaultSession().get(), false, Optional.empty());
        }
        String master = options.master();
        StandaloneMasters.requireOne(master);
        // a cluster removes what executors leave
        Optional<LocalFolders> folders = isLocal(master) ? localFolders() : Optional.empty();
        try {
            return new Session(name, create(name, master, folders), true, folders);
        } catch (RuntimeException e) {
            folders.ifPresent(LocalFolders::close);
            throw e;
        }
    }

    private static boolean isLocal(String master) {
        return master.matches("local(\\[.*)?");
    }

    /** None where SPARK_LOCAL_DIRS is set, which Spark prefers to anything that it is told. */
    private static Optional<LocalFolders> localFolders() {
        if (System.getenv(LOCAL_DIRS_VARIABLE) != null) {
            return Optional.empty();
        }
        String parents = System.getProperty(LOCAL_DIR, System.getProperty("java.io.tmpdir"));
        try {
            LocalFolders folders =
                    LocalFolders.in(Stream.of(parents.split(",")).map(Path::of).toList());
            ShutdownHookManager.get().addShutdownHook(folders::close, AFTER_SPARK);
            return Optional.of(folders);
        } catch (IOException | InvalidPathException e) {
            throw new ConfigException(
                    LOCAL_DIR + ": no folder can be made in " + parents + ": " + e.getMessage()
                            + ". Name one on a local disk that can be written (SPARK_LOCAL_DIRS).",
                    e);
        }
    }

    private static SparkSession create(String name, String master, Optional<LocalFolders> folders) {
        SparkSession.Builder builder =
                SparkSession.builder().appName("lockstep " + name).master(master);
        // gradient sums are results of tasks: above the default of 1 MiB they would make a detour through the block
        // store
        builder = builder
                // a cluster's own defaults may name Kryo, which as Spark ships it serializes neither records nor what
                // replaces itself by its serial form
                .config("spark.serializer", JavaSerializer.class.getName())
                .config(DIRECT_RESULTS, System.getProperty(DIRECT_RESULTS, "64m"));
        if (folders.isPresent()) {
            builder = builder.config(LOCAL_DIR, folders.get().sparkLocalDir());
        }
        Optional<String> secret = Optional.ofNullable(System.getenv(SecurityManager.ENV_AUTH_SECRET()));
        if (secret.isPresent() && System.getProperty(SecurityManager.SPARK_AUTH_SECRET_CONF()) == null) {
            // a standalone worker hands it to a driver in cluster mode so, and Spark looks for it in the properties
            builder = builder.config(SecurityManager.SPARK_AUTH_SECRET_CONF(), secret.get());
        }
        if (isLocal(master)) {
            // nothing of one machine's run need listen on its network, and conf/spark-defaults.conf is for clusters
            builder = builder.config("spark.ui.enabled", System.getProperty("spark.ui.enabled", "false"))
                    .config("spark.driver.host", "localhost")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    // an executor ends its JVM when a task runs out of memory; here that is the command's own
                    .config("spark.executor.killOnFatalErrorDepth", "0")
                    .config("spark.driver.maxResultSize", "0")
                    .config("spark.broadcast.compress", "false");
        }
        try {
            return builder.getOrCreate();
        } catch (RuntimeException e) {
            if (e instanceof SparkThrowable spark && SMALL_HEAPS.contains(String.valueOf(spark.getCondition()))) {
                throw smallHeap(spark, e);
            }
            if (e.getMessage() != null && e.getMessage().contains("master URL")) {
                throw new ConfigException(
                        "--master: Spark knows no master \"" + master
                                + "\". Expected local[N], spark://HOST:PORT, yarn or k8s://URL.",
                        e);
            }
            throw e;
        }
    }

    private static ConfigException smallHeap(SparkThrowable refused, RuntimeException e) {
        boolean driver = SMALL_HEAPS.indexOf(refused.getCondition()) == 0;
        long there = driver
                ? Runtime.getRuntime().maxMemory()
                : JavaUtils.byteStringAsBytes(System.getProperty("spark.executor.memory", "1g"));
        return new ConfigException(
                String.format(
                        Locale.ROOT,
                        "the heap of %s has %s, and Spark begins at %s. Give it 1g or more (%s).",
                        driver ? "the driver" : "an executor",
                        Sizes.of(there),
                        Sizes.of(LEAST_HEAP),
                        driver ? "LOCKSTEP_HEAP=1g" : "--conf spark.executor.memory=1g"),
                e);
    }

    SparkSession spark() {
        return spark;
    }

    @Override
    public void close() {
        watch.ifPresent(Timer::cancel);
        endOfName.run();
        if (own) {
            spark.stop();
            folders.ifPresent(LocalFolders::close);
        }
    }
}
