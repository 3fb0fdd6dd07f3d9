package io.lockstep.bench;

import io.lockstep.job.Lockstep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Rows per second of {@code predict} with a net of 28-300-100-1, beside Spark that reads the same files and writes them back
 * unchanged; in turns, on two slots, for parquet and csv. Arguments: rows (default 5,000,000), rounds (3).
 */
final class PredictBench {
    private static final String HEAP = "predict.heap";
    private static final int FEATURES = 28;
    private static final long TRAINING_ROWS = 20_000;

    private final SparkSession spark;
    private final Path folder;
    private final long rows;
    private final int rounds;

    private PredictBench(SparkSession spark, Path folder, long rows, int rounds) {
        this.spark = spark;
        this.folder = folder;
        this.rows = rows;
        this.rounds = rounds;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (System.getProperty(HEAP) != null) {
            System.exit(inSparksJvm(arguments));
        }
        long rows = arguments.length > 0 ? Long.parseLong(arguments[0]) : 5_000_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        Path folder = Files.createTempDirectory("lockstep-bench-predict");
        try (SparkSession spark = SparkSession.builder()
                .appName("predict bench")
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate()) {
            PredictBench bench = new PredictBench(spark, folder, rows, rounds);
            bench.train();
            bench.measure("parquet");
            bench.measure("csv");
        } finally {
            delete(folder);
        }
    }

    /** Spark starts its JVMs with options that the one that was started here has not. */
    private static int inSparksJvm(String[] arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(System.getProperty("java.home") + "/bin/java", "-Xmx" + System.getProperty(HEAP)));
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
        for (String property : List.of("log4j2.configurationFile", "lockstep.log")) {
            command.add("-D" + property + "=" + System.getProperty(property));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), PredictBench.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private Dataset<Row> table(long count) {
        List<Column> columns = new ArrayList<>();
        Column sum = functions.lit(0);
        for (int i = 0; i < FEATURES; i++) {
            Column x = functions.round(functions.randn(i + 1), 6);
            columns.add(x.as("x" + i));
            sum = i < 5 ? sum.plus(x) : sum;
        }
        columns.add(functions.when(sum.gt(0), "yes").otherwise("no").as("y"));
        return spark.range(0, count, 1, 8).select(columns.toArray(Column[]::new));
    }

    private void train() throws IOException {
        table(TRAINING_ROWS).write().parquet(folder.resolve("train.parquet").toString());
        Path config = Files.writeString(
                folder.resolve("c.yaml"),
                "task: classification\ndata: { train: " + folder + "/train.parquet, label: y }\n"
                        + "network: [ { dense: 300 }, { dense: 100 } ]\ntraining: { epochs: 1 }\ncheckpoint: null\n"
                        + "output: " + folder + "/model\n");
        Lockstep.main(new String[] {"train", config.toString()});
    }

    private void measure(String format) throws IOException {
        Path source = folder.resolve("rows." + format);
        table(rows).write().option("header", "true").format(format).save(source.toString());
        List<Double> copies = new ArrayList<>();
        List<Double> predictions = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double copy = seconds(() -> spark.read()
                    .option("header", "true")
                    .option("inferSchema", "true")
                    .format(format)
                    .load(source.toString())
                    .write()
                    .mode(SaveMode.ErrorIfExists)
                    .option("header", "true")
                    .format(format)
                    .save(folder.resolve("out." + format).toString()));
            delete(folder.resolve("out." + format));
            double predicted = seconds(() -> Lockstep.main(new String[] {
                "predict",
                folder + "/model",
                "--data",
                source.toString(),
                "--out",
                folder.resolve("out." + format).toString()
            }));
            delete(folder.resolve("out." + format));
            if (round > 0) {
                copies.add(copy);
                predictions.add(predicted);
            }
        }
        delete(source);
        System.out.printf(
                Locale.ROOT,
                "%s, %,d rows: read and write %,.0f rows/s, predict %,.0f rows/s (%.2f of it; medians of %d)%n",
                format,
                rows,
                rows / median(copies),
                rows / median(predictions),
                median(copies) / median(predictions),
                rounds);
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void delete(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
