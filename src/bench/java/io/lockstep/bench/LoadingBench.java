package io.lockstep.bench;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.Moments;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.Statistics;
import io.lockstep.data.TrainingData;
import io.lockstep.model.Normalization;
import io.lockstep.model.TargetTransform;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.stat.Summarizer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Seconds of loading: {@code TrainingData.prepare}, as a whole and by its Spark jobs, and mapping the shards, on a csv of
 * random rows and on MNIST; and {@link Statistics} against Spark's {@link Summarizer} on the same examples in memory, in
 * turns.
 *
 * <p>Beside the seconds stands the processor time of the tasks, which says more where others use the machine as well.
 *
 * <p>Arguments: rounds, rows of the csv, and the folder of MNIST's idx files. The csv is kept in the folder that
 * {@code java.io.tmpdir} names. Run it with {@code -Xmx4g} and the options that Spark's JVMs get; with
 * {@code -Dloading.only=true} statistics are not compared.
 */
public final class LoadingBench {
    private static final int SLOTS = 2;

    private final SparkSession spark;
    private final JobClock clock = new JobClock();
    private final int rounds;

    private LoadingBench(SparkSession spark, int rounds) {
        this.spark = spark;
        this.rounds = rounds;
        spark.sparkContext().addSparkListener(clock);
    }

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int rows = args.length > 1 ? Integer.parseInt(args[1]) : 1_000_000;
        Path mnist = Path.of(args.length > 2 ? args[2] : "sample-data/mnist");
        Path csv = Path.of(System.getProperty("java.io.tmpdir"), "lockstep-bench-" + rows + ".csv");
        if (!Files.exists(csv)) {
            writeCsv(csv, rows);
        }
        try (SparkSession spark = SparkSession.builder()
                .appName("loading")
                .master("local[" + SLOTS + "]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.maxResultSize", "0")
                .config("spark.broadcast.compress", "false")
                .getOrCreate()) {
            LoadingBench bench = new LoadingBench(spark, rounds);
            bench.load("csv", "{ train: " + csv + ", label: y }");
            Path images = mnist.resolve("train-images-idx3-ubyte.gz");
            if (Files.exists(images)) {
                bench.load(
                        "mnist",
                        "{ train: " + images + ", format: idx, label: digit, split: { train: 1, dev: 0, test: 0 } }");
            }
        }
    }

    /**
     * 26 numbers, 6 of them whole, 10 with two decimals and 10 with all digits of a float as a double prints them; 3
     * categories of 4, 12 and 50 levels, and a class of 3.
     */
    private static void writeCsv(Path file, int rows) throws IOException {
        Random random = new Random(1);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (BufferedWriter out = Files.newBufferedWriter(part)) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < 26; i++) {
                line.append(i < 6 ? "n" : "x").append(i).append(',');
            }
            out.append(line).append("city,month,product,y\n");
            for (int row = 0; row < rows; row++) {
                line.setLength(0);
                for (int i = 0; i < 6; i++) {
                    line.append(random.nextInt(1 << (3 * i + 1))).append(',');
                }
                for (int i = 6; i < 26; i++) {
                    double value = random.nextGaussian() * (i % 3 == 0 ? 1000 : 1);
                    line.append(i % 2 == 0 ? (float) value : Math.rint(value * 100) / 100)
                            .append(',');
                }
                line.append("city").append(random.nextInt(4));
                line.append(",month ").append(random.nextInt(12));
                line.append(",P").append(1000 + random.nextInt(50));
                line.append(",class").append(random.nextInt(3)).append('\n');
                out.append(line);
            }
        }
        Files.move(part, file);
    }

    private void load(String name, String data) {
        LockstepConfig config = ConfigReader.read(
                "task: classification\ntraining: { seed: 1 }\ndata: " + data + "\n", "bench.yaml", List.of());
        Times times = new Times();
        for (int round = 0; round < rounds; round++) {
            clock.take(spark);
            clock.takeCpu();
            long start = System.nanoTime();
            try (TrainingData prepared = TrainingData.prepare(spark, config)) {
                times.add("prepare", start);
                clock.take(spark).forEach((job, seconds) -> times.add("  " + job, seconds));
                clock.takeCpu().forEach((stage, seconds) -> times.add("  processor time of tasks: " + stage, seconds));
                start = System.nanoTime();
                for (DataRole role : DataRole.values()) {
                    if (prepared.has(role)) {
                        map(prepared.set(role), prepared.preparation());
                    }
                }
                times.add("map shards", start);
                clock.take(spark);
                times.add(
                        "  processor time of tasks: map shards", clock.takeCpu().get("all"));
                if (round == rounds - 1 && !Boolean.getBoolean("loading.only")) {
                    compareStatistics(prepared.set(DataRole.TRAIN), name);
                }
            }
        }
        times.print(name + ": seconds of loading");
    }

    private static void map(ShardedSet set, ShardedSet.Preparation preparation) {
        set.normalized(SLOTS, preparation).foreachPartition(LoadingBench::touch);
    }

    private static void touch(Iterator<ShardTask> tasks) {
        while (tasks.hasNext()) {
            ShardTask task = tasks.next();
            for (ShardRange range : task.shards()) {
                task.shard(range);
            }
        }
    }

    /** Both take their mean and deviation from examples that Spark holds in memory. */
    private void compareStatistics(ShardedSet set, String name) {
        int width = set.width();
        JavaRDD<Row> vectors = set.normalized(SLOTS, identity(width))
                .mapPartitions(tasks -> vectors(tasks, width))
                .persist(StorageLevel.MEMORY_ONLY());
        StructType schema = new StructType().add("v", SQLDataTypes.VectorType());
        Dataset<Row> objects = spark.createDataFrame(vectors, schema);
        Dataset<Row> cached = spark.createDataFrame(vectors, schema).persist(StorageLevel.MEMORY_ONLY());
        cached.count();
        Times times = new Times();
        for (int round = 0; round < 3 * rounds; round++) {
            times.measure("Statistics", () -> Statistics.of(set, SLOTS, TargetTransform.Kind.NONE));
            times.measure("Summarizer, rows cached by Spark SQL", () -> summarize(cached));
            times.measure("Summarizer, vectors as objects", () -> summarize(objects));
        }
        times.print(name + ": seconds for mean and deviation of " + set.examples() + " × " + width);
        requireAlike(Statistics.of(set, SLOTS, TargetTransform.Kind.NONE), summarize(cached), width);
        cached.unpersist();
        vectors.unpersist();
    }

    private static ShardedSet.Preparation identity(int width) {
        return new ShardedSet.Preparation(Normalization.identity(width), TargetTransform.NONE);
    }

    private static Iterator<Row> vectors(Iterator<ShardTask> tasks, int width) {
        List<Row> rows = new ArrayList<>();
        while (tasks.hasNext()) {
            ShardTask task = tasks.next();
            for (ShardRange range : task.shards()) {
                float[] x = new float[width];
                float[] y = new float[1];
                for (int row = 0; row < range.rows(); row++) {
                    task.shard(range).read(row, 1, x, y);
                    double[] vector = new double[width];
                    for (int i = 0; i < width; i++) {
                        vector[i] = x[i];
                    }
                    rows.add(RowFactory.create(Vectors.dense(vector)));
                }
            }
        }
        return rows.iterator();
    }

    private static Row summarize(Dataset<Row> table) {
        return table.select(Summarizer.metrics("mean", "variance")
                        .summary(new Column("v"))
                        .as("s"))
                .select("s.mean", "s.variance")
                .first();
    }

    private static void requireAlike(Moments moments, Row summary, int width) {
        Vector means = summary.getAs(0);
        for (int i = 0; i < width; i++) {
            double difference = Math.abs(moments.mean(i) - means.apply(i));
            if (!(difference <= 1e-9 * (1 + Math.abs(means.apply(i))))) {
                throw new IllegalStateException("mean of column " + i + ": " + moments.mean(i) + ", " + means.apply(i));
            }
        }
    }

    /** Seconds by name. */
    private static final class Times {
        private final Map<String, List<Double>> seconds = new LinkedHashMap<>();

        void add(String what, long start) {
            add(what, (System.nanoTime() - start) / 1e9);
        }

        void add(String what, double took) {
            seconds.computeIfAbsent(what, name -> new ArrayList<>()).add(took);
        }

        void measure(String what, Supplier<?> work) {
            long start = System.nanoTime();
            if (work.get() == null) {
                throw new IllegalStateException(what + " came to nothing");
            }
            add(what, start);
        }

        void print(String title) {
            System.out.printf(Locale.ROOT, "%n%-60s %8s %8s %8s %8s%n", title, "median", "least", "most", "first");
            seconds.forEach((what, all) -> {
                double[] sorted =
                        all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
                System.out.printf(
                        Locale.ROOT,
                        "%-60s %8.3f %8.3f %8.3f %8.3f%n",
                        what,
                        sorted[sorted.length / 2],
                        sorted[0],
                        sorted[sorted.length - 1],
                        all.get(0));
            });
            System.out.flush();
        }
    }

    /** Seconds of each Spark job, by the name of its last stage: the action, its file and line. */
    private static final class JobClock extends SparkListener {
        private record Job(String name, long start) {}

        private final Map<Integer, Job> running = new HashMap<>();
        private final Map<String, Double> seconds = new LinkedHashMap<>();
        private final Map<Integer, String> stages = new HashMap<>();
        private final Map<String, Double> cpuOfStages = new LinkedHashMap<>();
        private double cpu;

        @Override
        public synchronized void onJobStart(SparkListenerJobStart start) {
            String name = CollectionConverters.asJava(start.stageInfos()).stream()
                    .max((left, right) -> Integer.compare(left.stageId(), right.stageId()))
                    .map(StageInfo::name)
                    .orElse("no stage");
            running.put(start.jobId(), new Job(name, start.time()));
        }

        @Override
        public synchronized void onJobEnd(SparkListenerJobEnd end) {
            Job job = running.remove(end.jobId());
            if (job != null) {
                seconds.merge(job.name(), (end.time() - job.start()) / 1e3, Double::sum);
            }
        }

        @Override
        public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
            if (end.taskMetrics() != null) {
                cpu += end.taskMetrics().executorCpuTime() / 1e9;
                cpuOfStages.merge(
                        stages.getOrDefault(end.stageId(), "unknown stage"),
                        end.taskMetrics().executorCpuTime() / 1e9,
                        Double::sum);
            }
        }

        @Override
        public synchronized void onStageSubmitted(SparkListenerStageSubmitted submitted) {
            stages.put(submitted.stageInfo().stageId(), submitted.stageInfo().name());
        }

        /** The processor time of all tasks since the last call, by stage, and the sum. */
        synchronized Map<String, Double> takeCpu() {
            Map<String, Double> taken = new LinkedHashMap<>(cpuOfStages);
            taken.put("all", cpu);
            cpuOfStages.clear();
            cpu = 0;
            return taken;
        }

        /** The jobs since the last call. */
        Map<String, Double> take(SparkSession spark) {
            try {
                spark.sparkContext().listenerBus().waitUntilEmpty();
            } catch (TimeoutException e) {
                throw new IllegalStateException(e);
            }
            synchronized (this) {
                Map<String, Double> taken = new LinkedHashMap<>(seconds);
                seconds.clear();
                return taken;
            }
        }
    }
}
