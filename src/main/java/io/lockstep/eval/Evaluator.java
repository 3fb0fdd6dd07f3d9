package io.lockstep.eval;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.train.Score;
import io.lockstep.train.SetScorer;
import io.lockstep.train.ShardInference;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.mllib.evaluation.BinaryClassificationMetrics;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.apache.spark.mllib.evaluation.RegressionMetrics;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Evaluates a network on a set by MLlib's metrics, over predictions that stay distributed. */
public final class Evaluator {
    /** Classes beyond which the confusion matrix, classes² numbers on the driver, is left out. */
    private static final int MOST_CONFUSED = 1000;

    private final NetworkSpec network;
    private final TargetTransform target;
    private final List<String> classes;

    /**
     * An evaluator.
     *
     * @param classes by index; empty for a regression
     */
    public Evaluator(NetworkSpec network, TargetTransform target, List<String> classes) {
        this.network = network;
        this.target = target;
        this.classes = List.copyOf(classes);
    }

    /**
     * The metrics of θ on {@code shards}, by name, as {@code metrics.json} has them. Regression metrics are in the
     * target's own units, but for the loss.
     */
    public Map<String, Object> metrics(JavaRDD<ShardTask> shards, float[] theta) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(shards.context());
        Score score = new SetScorer(shards, network, target).score(theta);
        Broadcast<float[]> broadcast = spark.broadcast(theta.clone());
        JavaRDD<Prediction> predictions = shards.mapPartitions(new PredictTask(network, target, broadcast))
                .persist(StorageLevel.MEMORY_AND_DISK());
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("examples", score.examples());
        put(metrics, "loss", score.value(EvaluationMetric.LOSS));
        try {
            if (network.loss().isRegression()) {
                addRegression(metrics, predictions);
            } else {
                addClassification(metrics, predictions);
            }
        } finally {
            predictions.unpersist(false);
            broadcast.destroy();
        }
        return metrics;
    }

    private void addClassification(Map<String, Object> metrics, JavaRDD<Prediction> predictions) {
        JavaRDD<Tuple2<Object, Object>> pairs =
                predictions.map(prediction -> new Tuple2<>(prediction.predicted(), prediction.observed()));
        MulticlassMetrics multiclass = new MulticlassMetrics(pairs.rdd());
        metrics.put("accuracy", Rounding.significant(multiclass.accuracy()));
        metrics.put("error", Rounding.significant(1 - multiclass.accuracy()));
        metrics.put("precision", Rounding.significant(multiclass.weightedPrecision()));
        metrics.put("recall", Rounding.significant(multiclass.weightedRecall()));
        metrics.put("f1", Rounding.significant(multiclass.weightedFMeasure()));
        // MLlib gives 0 for the area where a class is absent, which is undefined and not the worst there is
        if (classes.size() == 2 && multiclass.labels().length == 2) {
            JavaRDD<Tuple2<Object, Object>> scores =
                    predictions.map(prediction -> new Tuple2<>(prediction.score(), prediction.observed()));
            BinaryClassificationMetrics binary = new BinaryClassificationMetrics(scores.rdd(), 0);
            metrics.put("auc", Rounding.significant(binary.areaUnderROC()));
            binary.unpersist();
        }
        if (classes.size() <= MOST_CONFUSED) {
            metrics.put("confusion", confusion(pairs));
        }
    }

    /**
     * Rows are observed classes, columns predicted ones, both in the order of all classes. MLlib's own matrix leaves out
     * what was predicted and never occurs.
     */
    private List<List<Long>> confusion(JavaRDD<Tuple2<Object, Object>> pairs) {
        Map<Tuple2<Object, Object>, Long> counts = pairs.countByValue();
        List<List<Long>> rows = new ArrayList<>();
        for (int observed = 0; observed < classes.size(); observed++) {
            List<Long> row = new ArrayList<>();
            for (int predicted = 0; predicted < classes.size(); predicted++) {
                row.add(counts.getOrDefault(new Tuple2<Object, Object>((double) predicted, (double) observed), 0L));
            }
            rows.add(row);
        }
        return rows;
    }

    private static void addRegression(Map<String, Object> metrics, JavaRDD<Prediction> predictions) {
        JavaRDD<Tuple2<Object, Object>> pairs =
                predictions.map(prediction -> new Tuple2<>(prediction.predicted(), prediction.observed()));
        RegressionMetrics regression = new RegressionMetrics(pairs.rdd(), false);
        put(metrics, "rmse", regression.rootMeanSquaredError());
        put(metrics, "mae", regression.meanAbsoluteError());
        put(metrics, "r2", regression.r2());
    }

    /** A metric that the set does not define, such as r2 where all targets are the same, is left out: JSON has no NaN. */
    private static void put(Map<String, Object> metrics, String name, double value) {
        if (Double.isFinite(value)) {
            metrics.put(name, Rounding.significant(value));
        }
    }

    /**
     * An example's prediction.
     *
     * @param predicted the class index, or the target in its own units
     * @param observed likewise
     * @param score the probability of class 1 where there are two, else 0
     */
    private record Prediction(double predicted, double observed, double score) implements Serializable {}

    /** Predicts a task's shards. */
    private static final class PredictTask implements FlatMapFunction<Iterator<ShardTask>, Prediction> {
        private static final long serialVersionUID = 1L;

        private final NetworkSpec network;
        private final TargetTransform target;
        private final Broadcast<float[]> theta;

        PredictTask(NetworkSpec network, TargetTransform target, Broadcast<float[]> theta) {
            this.network = network;
            this.target = target;
            this.theta = theta;
        }

        @Override
        public Iterator<Prediction> call(Iterator<ShardTask> tasks) {
            ShardTask task = tasks.next();
            ShardInference inference = new ShardInference(network, task);
            inference.take(theta.value());
            // a shard of a large training set has too many predictions for the heap: no more than a pass of them at a
            // time
            List<Pass> passes = new ArrayList<>();
            for (ShardRange range : task.shards()) {
                for (long from = 0; from < range.rows(); from += inference.passRows()) {
                    passes.add(new Pass(range, (int) from));
                }
            }
            return passes.stream()
                    .flatMap(pass -> predictions(inference, task.shard(pass.range()), pass.from()).stream())
                    .iterator();
        }

        private record Pass(ShardRange range, int from) {}

        private List<Prediction> predictions(ShardInference inference, Shard shard, int first) {
            int n = network.outputs();
            List<Prediction> predictions = new ArrayList<>(inference.passRows());
            inference.pass(shard, first, (a, from, y) -> {
                if (network.loss().isRegression()) {
                    predictions.add(new Prediction(target.restore(a[from]), target.restore(y), 0));
                } else {
                    int predicted = ShardInference.predictedClass(a, from, n);
                    predictions.add(new Prediction(predicted, y, n == 1 ? a[from] : 0));
                }
            });
            return predictions;
        }
    }
}
