package io.lockstep.eval;

import io.lockstep.data.FeatureHistograms;
import io.lockstep.data.Jobs;
import io.lockstep.data.ShardedSet;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A classifier that tries to tell two sets apart, for what no single column shows: MLlib's random forest on as many rows of
 * either set, scored on rows that it did not learn from (two folds). The rows are the first ones of each shard, which the
 * canonical order has drawn at random, and the forest's seed is fixed: the same answer on any cluster.
 *
 * @see <a href="https://arxiv.org/abs/1610.06545">Lopez-Paz and Oquab 2017, Revisiting Classifier Two-Sample Tests</a>
 */
public final class SetClassifier {
    private static final int MOST_ROWS = 10_000;
    private static final int MOST_FLOATS = 4 << 20;
    private static final int FEWEST_ROWS = 40;
    private static final int TREES = 40;
    private static final int DEPTH = 5;
    private static final long SEED = 1;
    /** A tree can cut it off from all values. */
    private static final double MISSING = -1e30;

    private static final int NAMED = 5;
    /** A column that tells less is not named. */
    private static final double LEAST_SHARE = 0.02;

    private final SparkSession spark;
    private final FeatureSchema schema;

    /** A classifier for sets of these features. */
    public SetClassifier(SparkSession spark, FeatureSchema schema) {
        this.spark = spark;
        this.schema = schema;
    }

    /** Whether {@link #tellApart} can do with so many rows: some of each fold, and rows of bounded width. */
    public static boolean canTell(ShardedSet set, ShardedSet other) {
        return Math.min(set.examples(), other.examples()) >= FEWEST_ROWS && set.width() <= MOST_FLOATS / FEWEST_ROWS;
    }

    /** Tries to tell two sets apart. */
    public ToldApart tellApart(ShardedSet set, ShardedSet other, int tasks) {
        return Jobs.named(spark.sparkContext(), "telling sets apart", () -> {
            int rows = (int) Math.min(
                    Math.min(MOST_ROWS, MOST_FLOATS / schema.width()), Math.min(set.examples(), other.examples()));
            return tellApart(FeatureHistograms.sample(set, tasks, rows), FeatureHistograms.sample(other, tasks, rows));
        });
    }

    private ToldApart tellApart(List<float[]> set, List<float[]> other) {
        List<List<Row>> folds = List.of(new ArrayList<>(), new ArrayList<>());
        deal(set, 0, folds);
        deal(other, 1, folds);
        StructType table = new StructType(new StructField[] {
            DataTypes.createStructField("label", DataTypes.DoubleType, false),
            DataTypes.createStructField("features", SQLDataTypes.VectorType(), false)
        });
        double auc = 0;
        double[] importances = new double[schema.width()];
        for (int fold = 0; fold < 2; fold++) {
            Dataset<Row> learnt = spark.createDataFrame(folds.get(fold), table).coalesce(1);
            RandomForestClassificationModel forest = new RandomForestClassifier()
                    .setNumTrees(TREES)
                    .setMaxDepth(DEPTH)
                    .setSeed(SEED)
                    .fit(learnt);
            auc += auc(forest, folds.get(1 - fold)) / 2;
            double[] learntFrom = forest.featureImportances().toArray();
            for (int i = 0; i < importances.length; i++) {
                importances[i] += learntFrom[i] / 2;
            }
        }
        double m = set.size();
        double n = other.size();
        // of the Mann-Whitney statistic where there is nothing to tell
        double standardError = Math.sqrt((m + n + 1) / (12 * m * n));
        return new ToldApart((long) (m + n), auc, standardError, columns(importances));
    }

    private static void deal(List<float[]> rows, double label, List<List<Row>> folds) {
        for (int i = 0; i < rows.size(); i++) {
            float[] row = rows.get(i);
            double[] values = new double[row.length];
            for (int k = 0; k < row.length; k++) {
                values[k] = Float.isNaN(row[k]) ? MISSING : row[k];
            }
            folds.get(i % 2).add(RowFactory.create(label, Vectors.dense(values)));
        }
    }

    /** The share of pairs of both sets' rows that are ranked rightly, ties half. */
    private static double auc(RandomForestClassificationModel forest, List<Row> rows) {
        double[] zeros = scores(forest, rows, 0);
        double[] ones = scores(forest, rows, 1);
        Arrays.sort(zeros);
        double wins = 0;
        for (double one : ones) {
            wins += (below(zeros, one, false) + below(zeros, one, true)) / 2.0;
        }
        return wins / ((double) zeros.length * ones.length);
    }

    private static double[] scores(RandomForestClassificationModel forest, List<Row> rows, double label) {
        return rows.stream()
                .filter(row -> row.getDouble(0) == label)
                .mapToDouble(
                        row -> forest.predictProbability(row.<Vector>getAs(1)).apply(1))
                .toArray();
    }

    /** How many of the rising values are below {@code bound}, or not above it. */
    private static int below(double[] values, double bound, boolean inclusive) {
        int low = 0;
        int high = values.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (values[middle] < bound || (inclusive && values[middle] == bound)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private List<ToldApart.Importance> columns(double[] importances) {
        Map<String, Double> shares = new LinkedHashMap<>();
        int from = 0;
        for (FeatureColumn column : schema.columns()) {
            boolean elements = column instanceof FeatureColumn.VectorColumn || column instanceof FeatureColumn.Image;
            List<String> names = new ArrayList<>();
            column.slotNames(names::add);
            for (int i = 0; i < column.width(); i++) {
                shares.merge(elements ? names.get(i) : column.name(), importances[from + i], Double::sum);
            }
            from += column.width();
        }
        return shares.entrySet().stream()
                .filter(entry -> entry.getValue() >= LEAST_SHARE)
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                .limit(NAMED)
                .map(entry -> new ToldApart.Importance(entry.getKey(), entry.getValue()))
                .toList();
    }
}
