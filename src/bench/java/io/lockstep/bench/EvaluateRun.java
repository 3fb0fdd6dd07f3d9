package io.lockstep.bench;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardTask;
import io.lockstep.data.TrainingData;
import io.lockstep.eval.Evaluation;
import io.lockstep.eval.Evaluator;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.train.Networks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * The evaluation of a set of 10 million rows of four features by a network without hidden
 * layers, whose parameters are random: what it takes is hardly the network's. The table is a function of its number of rows.
 *
 * <p>Arguments: rows, and numbers of classes (0 for a regression).
 */
final class EvaluateRun {
    private static final int FILES = 40;
    private static final int ROUNDS = 3;
    private static final long SEED = 1;

    private final SparkSession spark;

    private EvaluateRun(SparkSession spark) {
        this.spark = spark;
    }

    public static void main(String[] arguments) throws IOException {
        long rows = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10_000_000;
        int[] classes = arguments.length > 1
                ? Stream.of(arguments).skip(1).mapToInt(Integer::parseInt).toArray()
                : new int[] {2, 10, 0};
        try (SparkSession spark = SparkSession.builder()
                .appName("evaluate")
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate()) {
            for (int count : classes) {
                new EvaluateRun(spark).run(rows, count);
            }
        }
    }

    private Path table(long rows, int classes) throws IOException {
        Path folder = Paths.target().resolve("evaluate").resolve(rows + "x" + classes + ".parquet");
        Path part = folder.resolveSibling(folder.getFileName() + ".part");
        if (!Files.exists(folder)) {
            System.out.println("Writing " + folder + " …");
            Files.createDirectories(folder.getParent());
            String[] columns = IntStream.range(0, 4)
                    .mapToObj(i -> "cast(randn(" + (SEED + i) + ") as float) as f" + i)
                    .toArray(String[]::new);
            spark.range(0, rows, 1, FILES)
                    .selectExpr(columns)
                    .selectExpr(
                            "*",
                            classes == 0
                                    ? "f0 + f1 as y"
                                    : "cast(pmod(cast(floor(2 * f0 + f1) as int), " + classes + ") as int) as y")
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(part.toString());
            Files.move(part, folder);
        }
        return folder;
    }

    private void run(long rows, int classes) throws IOException {
        LockstepConfig config = ConfigReader.read(
                "task: " + (classes == 0 ? "regression" : "classification") + "\ndata: { train: \""
                        + table(rows, classes) + "\", format: parquet, label: y, split: { train: 1 } }\n",
                "bench.yaml",
                List.of());
        double start = seconds();
        try (TrainingData data = TrainingData.prepare(spark, config)) {
            double ready = seconds();
            NetworkSpec network =
                    Networks.of(config, data.features().width(), data.classes().size());
            JavaRDD<ShardTask> shards = data.set(DataRole.TRAIN).normalized(2, data.evaluation());
            double mapping = seconds();
            shards.foreach(task -> task.shards().forEach(task::shard));
            double mapped = seconds();
            System.out.printf(
                    Locale.ROOT,
                    "%,d rows, %s: in order after %.1f s, mapped in %.1f s.%n",
                    rows,
                    classes == 0 ? "a number" : classes + " classes",
                    ready - start,
                    mapped - mapping);
            Evaluator evaluator = new Evaluator(network, data.preparation().target(), data.classes(), List.of("y"));
            for (int round = 0; round < ROUNDS; round++) {
                float[] theta = network.initialize(config.initializer(), SEED + round);
                double from = seconds();
                Evaluation evaluation = evaluator.evaluate(shards, rows, theta);
                double took = seconds() - from;
                System.out.printf(
                        Locale.ROOT,
                        "  evaluated in %.1f s: %s%n",
                        took,
                        evaluation.metrics().values());
            }
        }
    }

    private static double seconds() {
        return System.nanoTime() / 1e9;
    }
}
