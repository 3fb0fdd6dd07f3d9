package io.lockstep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Writes a parquet table of random rows: float columns f0, f1, … of N(0, 1), and y, a class of 2 that a random network of
 * 8 hidden units decides. The table is a function of rows and columns alone. Arguments: folder, rows, columns.
 */
final class LargeTable {
    private static final int FILES = 40;
    private static final int HIDDEN = 8;
    private static final long SEED = 1;

    private LargeTable() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        long rows = Long.parseLong(arguments[1]);
        int columns = Integer.parseInt(arguments[2]);
        // a folder of this name is whole
        Path part = folder.resolveSibling(folder.getFileName() + ".part");
        try (SparkSession spark = SparkSession.builder()
                .appName("large table")
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate()) {
            StructType schema = new StructType();
            for (int i = 0; i < columns; i++) {
                schema = schema.add("f" + i, DataTypes.FloatType, false);
            }
            schema = schema.add("y", DataTypes.IntegerType, false);
            JavaRDD<Row> table = JavaSparkContext.fromSparkContext(spark.sparkContext())
                    .parallelize(IntStream.range(0, FILES).boxed().toList(), FILES)
                    .flatMap(file -> rows(file, rows, columns));
            spark.createDataFrame(table, schema)
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(part.toString());
        }
        Files.move(part, folder);
    }

    private static Iterator<Row> rows(int file, long rows, int columns) {
        SplittableRandom network = new SplittableRandom(SEED);
        float[] weights = new float[HIDDEN * columns];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (network.nextGaussian() / Math.sqrt(columns));
        }
        SplittableRandom random = new SplittableRandom(SEED + 1 + file);
        return LongStream.range(rows * file / FILES, rows * (file + 1) / FILES)
                .mapToObj(row -> row(random, weights, columns))
                .iterator();
    }

    private static Row row(SplittableRandom random, float[] weights, int columns) {
        float[] x = new float[columns];
        List<Object> cells = new ArrayList<>(columns + 1);
        for (int i = 0; i < columns; i++) {
            x[i] = (float) random.nextGaussian();
            cells.add(x[i]);
        }
        double sum = 0;
        for (int k = 0; k < HIDDEN; k++) {
            double z = 0;
            for (int i = 0; i < columns; i++) {
                z += weights[k * columns + i] * x[i];
            }
            sum += (k % 2 == 0 ? 1 : -1) * Math.max(0, z);
        }
        cells.add(sum > 0 ? 1 : 0);
        return RowFactory.create(cells.toArray());
    }
}
