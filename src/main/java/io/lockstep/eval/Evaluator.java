package io.lockstep.eval;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.Loss;
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
import scala.Tuple2;

/** Evaluates a network on a set by MLlib's metrics, over predictions that stay distributed. */
public final class Evaluator {
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
                .cache();
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("examples", score.examples());
        metrics.put("loss", Rounding.significant(score.value(EvaluationMetric.LOSS)));
        try {
            if (network.loss() == Loss.HALVED_SQUARED) {
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
        if (classes.size() == 2) {
            JavaRDD<Tuple2<Object, Object>> scores =
                    predictions.map(prediction -> new Tuple2<>(prediction.score(), prediction.observed()));
            BinaryClassificationMetrics binary = new BinaryClassificationMetrics(scores.rdd(), 0);
            metrics.put("auc", Rounding.significant(binary.areaUnderROC()));
        }
        metrics.put("confusion", confusion(pairs));
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
        metrics.put("rmse", Rounding.significant(regression.rootMeanSquaredError()));
        metrics.put("mae", Rounding.significant(regression.meanAbsoluteError()));
        metrics.put("r2", Rounding.significant(regression.r2()));
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
            ShardInference inference = new ShardInference(network, theta.value(), task);
            return task.shards().stream()
                    .flatMap(range -> predictions(inference, task, range).stream())
                    .iterator();
        }

        private List<Prediction> predictions(ShardInference inference, ShardTask task, ShardRange range) {
            Shard shard = task.shard(range);
            int n = network.outputs();
            List<Prediction> predictions = new ArrayList<>(shard.rows());
            inference.forEach(shard, (a, from, y) -> {
                if (network.loss() == Loss.HALVED_SQUARED) {
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
