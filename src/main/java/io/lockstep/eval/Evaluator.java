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
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.mllib.evaluation.BinaryClassificationMetrics;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;
import scala.Tuple3;

/**
 * Evaluates a network on a set: a classification by MLlib's metrics over predictions that stay distributed, the other tasks
 * by the training's own {@link Score}.
 */
public final class Evaluator {
    /** Classes beyond which the confusion matrix, classes² numbers on the driver, is left out. */
    private static final int MOST_CONFUSED = 1000;

    private final NetworkSpec network;
    private final TargetTransform target;
    private final List<String> classes;
    private final List<String> labels;

    /**
     * An evaluator.
     *
     * @param classes by index; empty for the other tasks
     * @param labels by output, or the one of a classification
     */
    public Evaluator(NetworkSpec network, TargetTransform target, List<String> classes, List<String> labels) {
        this.network = network;
        this.target = target;
        this.classes = List.copyOf(classes);
        this.labels = List.copyOf(labels);
    }

    /**
     * The evaluation of θ on {@code shards}. Regression metrics are in the target's own units, but for the loss. An example
     * of weight w counts as w examples, but in {@code examples} and in {@code confusion}.
     */
    public Evaluation evaluate(JavaRDD<ShardTask> shards, float[] theta) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(shards.context());
        Score score = new SetScorer(shards, network, target).score(theta);
        if (network.loss().isRegression() || labels.size() > 1) {
            return evaluation(score);
        }
        Broadcast<float[]> broadcast = spark.broadcast(theta.clone());
        JavaRDD<Prediction> predictions =
                shards.mapPartitions(new PredictTask(network, broadcast)).persist(StorageLevel.MEMORY_AND_DISK());
        Map<String, Double> values = new LinkedHashMap<>();
        put(values, MetricNames.LOSS, score.value(EvaluationMetric.LOSS));
        try {
            return classification(values, score, predictions);
        } finally {
            predictions.unpersist(false);
            broadcast.destroy();
        }
    }

    /** MLlib has no metrics of several labels, and its r2 of weighted examples is none of those examples repeated. */
    private Evaluation evaluation(Score score) {
        Map<String, Double> values = new LinkedHashMap<>();
        boolean r2Defined = score.byLabel().stream().allMatch(of -> of.containsKey(EvaluationMetric.R2));
        score.values().forEach((metric, value) -> {
            if (metric != EvaluationMetric.R2 || r2Defined) {
                put(values, metric.configName(), value);
            }
        });
        Metrics all = new Metrics(score.examples(), values);
        Map<String, Metrics> byLabel = new LinkedHashMap<>();
        for (int k = 0; k < labels.size() && labels.size() > 1; k++) {
            Map<String, Double> ofLabel = new LinkedHashMap<>();
            score.byLabel().get(k).forEach((metric, value) -> put(ofLabel, metric.configName(), value));
            byLabel.put(labels.get(k), new Metrics(score.examples(), ofLabel));
        }
        if (!network.loss().isRegression()) {
            return new Multilabel(all, byLabel, Optional.empty());
        }
        Map<String, Regression.Output> outputs = new LinkedHashMap<>();
        byLabel.forEach((label, of) -> outputs.put(label, new Regression.Output(of, Optional.empty())));
        return new Regression(all, Optional.empty(), outputs, Optional.empty());
    }

    private Evaluation classification(Map<String, Double> values, Score score, JavaRDD<Prediction> predictions) {
        MulticlassMetrics multiclass =
                new MulticlassMetrics(weighted(predictions).rdd());
        put(values, MetricNames.ACCURACY, multiclass.accuracy());
        put(values, MetricNames.ERROR, 1 - multiclass.accuracy());
        put(values, MetricNames.PRECISION, multiclass.weightedPrecision());
        put(values, MetricNames.RECALL, multiclass.weightedRecall());
        put(values, MetricNames.F1, multiclass.weightedFMeasure());
        put(values, MetricNames.F1_MACRO, score.value(EvaluationMetric.F1_MACRO));
        // MLlib gives 0 for the area where a class is absent, which is undefined and not the worst there is
        if (classes.size() == 2 && multiclass.labels().length == 2) {
            JavaRDD<Tuple3<Object, Object, Object>> scores = predictions.map(
                    prediction -> new Tuple3<>(prediction.score(), prediction.observed(), prediction.weight()));
            BinaryClassificationMetrics binary = new BinaryClassificationMetrics(scores.rdd(), 0);
            put(values, MetricNames.AUC, binary.areaUnderROC());
            binary.unpersist();
        }
        return new Classification(
                new Metrics(score.examples(), values),
                Map.of(),
                classes.size() > MOST_CONFUSED
                        ? List.of()
                        : confusion(predictions.map(
                                prediction -> new Tuple2<>(prediction.predicted(), prediction.observed()))),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty());
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

    private static JavaRDD<Tuple3<Object, Object, Object>> weighted(JavaRDD<Prediction> predictions) {
        // what weighs nothing would make a class of its own
        return predictions
                .filter(prediction -> prediction.weight() > 0)
                .map(prediction -> new Tuple3<>(prediction.predicted(), prediction.observed(), prediction.weight()));
    }

    /** A metric that the set does not define, such as r2 where all targets are the same, is left out: JSON has no NaN. */
    private static void put(Map<String, Double> metrics, String name, double value) {
        if (Double.isFinite(value)) {
            metrics.put(name, Rounding.significant(value));
        }
    }

    /**
     * An example's prediction.
     *
     * @param predicted the class index
     * @param observed likewise
     * @param score the probability of class 1 where there are two, else 0
     * @param weight what the example counts
     */
    private record Prediction(double predicted, double observed, double score, double weight) implements Serializable {}

    /** Predicts a task's shards. */
    private static final class PredictTask implements FlatMapFunction<Iterator<ShardTask>, Prediction> {
        private static final long serialVersionUID = 1L;

        private final NetworkSpec network;
        private final Broadcast<float[]> theta;

        PredictTask(NetworkSpec network, Broadcast<float[]> theta) {
            this.network = network;
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
            inference.pass(shard, first, (a, from, targets, target, weight) -> {
                int predicted = ShardInference.predictedClass(a, from, n);
                predictions.add(new Prediction(predicted, targets[target], n == 1 ? a[from] : 0, weight));
            });
            return predictions;
        }
    }
}
