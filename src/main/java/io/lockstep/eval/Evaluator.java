package io.lockstep.eval;

import io.lockstep.data.ShardTask;
import io.lockstep.data.SliceColumn;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.NetworkSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Evaluates a network on a set, in one pass. Tasks add up vectors of sums for each {@linkplain Blocks block}, and keep each
 * example's score or residual in eight bytes; the driver puts those in order, and draws blocks for the intervals
 * ({@link Bootstrap}). Everything is added in the order of the set, so the bits are the same on any cluster.
 *
 * <p>What is left out of large things: above 1,000 classes the confusion matrix, areas under each class's curves, and intervals of the
 * means over classes; above 2²⁴ scores or residuals those are put into bins, with the bound of the error beside the result.
 */
public final class Evaluator {
    /** Bins of scores from which auc's intervals are drawn. */
    private static final int INTERVAL_BINS = 1024;
    /** The same of each of many slices. */
    private static final int SLICE_BINS = 256;

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
     *
     * @param examples how many there are in all shards
     */
    public Evaluation evaluate(JavaRDD<ShardTask> shards, long examples, float[] theta) {
        EvaluationJob job = job(examples, 0);
        return evaluation(job, run(job, shards, theta));
    }

    /**
     * {@link #evaluate(JavaRDD, long, float[])} with {@link Evaluation#slices} by the values of a column.
     *
     * @param slices the column by which the set was {@linkplain io.lockstep.data.LabelledData sliced}
     */
    public Evaluation evaluate(JavaRDD<ShardTask> shards, long examples, float[] theta, SliceColumn slices) {
        EvaluationJob job = job(examples, slices.values().size());
        List<List<GroupSums>> parts = run(job, shards, theta);
        return evaluation(job, parts).with(new Slices(slices.column(), bySlice(job, parts, slices.values())));
    }

    private EvaluationJob job(long examples, int slices) {
        return new EvaluationJob(network, target, examples, slices, EvaluationJob.MOST_RANKED);
    }

    /** The metrics of each slice that has examples. */
    static Map<String, Metrics> bySlice(EvaluationJob job, List<List<GroupSums>> parts, List<String> names) {
        Map<String, Metrics> bySlice = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            GroupTotals totals = totals(job, parts, 1 + i);
            if (totals.examples() > 0) {
                bySlice.put(names.get(i), totals.metrics(ranked(job, totals, SLICE_BINS)));
            }
        }
        return bySlice;
    }

    private static List<List<GroupSums>> run(EvaluationJob job, JavaRDD<ShardTask> shards, float[] theta) {
        Broadcast<float[]> broadcast =
                JavaSparkContext.fromSparkContext(shards.context()).broadcast(theta.clone());
        try {
            return shards.mapPartitions(new EvaluationTask(job, broadcast)).collect();
        } finally {
            broadcast.destroy();
        }
    }

    private static GroupTotals totals(EvaluationJob job, List<List<GroupSums>> parts, int group) {
        return new GroupTotals(parts.stream().map(part -> part.get(group)).toList(), job.blocks());
    }

    private static Optional<RankedScores> ranked(EvaluationJob job, GroupTotals totals, int mostBins) {
        return job.classes() == 2 && job.network().outputs() == 1
                ? RankedScores.resampling(totals, job.blocks().count(), mostBins)
                : Optional.empty();
    }

    /** The evaluation that tasks' sums, in the order of the tasks, come to. */
    Evaluation evaluation(EvaluationJob job, List<List<GroupSums>> parts) {
        GroupTotals totals = totals(job, parts, 0);
        Optional<RankedScores> ranked = ranked(job, totals, INTERVAL_BINS);
        Metrics metrics = totals.metrics(ranked);
        if (job.isRegression()) {
            return regression(totals, metrics);
        }
        return job.isMultilabel() ? multilabel(totals, metrics) : classification(job, totals, metrics, ranked);
    }

    private Classification classification(
            EvaluationJob job, GroupTotals totals, Metrics metrics, Optional<RankedScores> ranked) {
        ClassMeasure measure = (ClassMeasure) totals.measure();
        Optional<Curves.Points> points = ranked.map(RankedScores::points);
        return new Classification(
                metrics,
                classes(job, totals, ranked),
                job.countsConfusion() ? totals.confusion(classes.size()) : List.of(),
                measure.calibration(totals.sums(), totals.binRows()),
                points.map(Curves.Points::roc).orElse(List.of()),
                points.map(Curves.Points::pr).orElse(List.of()),
                Optional.empty());
    }

    private Map<String, Metrics> classes(EvaluationJob job, GroupTotals totals, Optional<RankedScores> ranked) {
        Map<String, Metrics> byClass = new LinkedHashMap<>();
        long[] rows = totals.classRows();
        for (int k = 0; k < classes.size(); k++) {
            Map<String, Double> values = new LinkedHashMap<>();
            int index = k;
            totals.counts().ifPresent(counts -> values.putAll(counts.ofClass(index)));
            if (job.classes() > 2 && job.countsConfusion()) {
                RankedScores.of(totals, k).ifPresent(scores -> values.putAll(scores.values()));
            } else {
                ranked.ifPresent(scores -> values.putAll(index == 1 ? scores.values() : scores.ofOtherClass()));
            }
            byClass.put(classes.get(k), new Metrics(rows[k], MetricNames.inOrder(values)));
        }
        return byClass;
    }

    private Multilabel multilabel(GroupTotals totals, Metrics metrics) {
        LabelMeasure measure = (LabelMeasure) totals.measure();
        Map<String, Metrics> byLabel = new LinkedHashMap<>();
        for (int k = 0; k < labels.size(); k++) {
            Map<String, Double> values = measure.ofLabel(totals.sums(), k);
            RankedScores.of(totals, k).ifPresent(scores -> values.putAll(scores.values()));
            byLabel.put(labels.get(k), new Metrics(totals.examples(), MetricNames.inOrder(values)));
        }
        return new Multilabel(metrics, byLabel, Optional.empty());
    }

    private Regression regression(GroupTotals totals, Metrics metrics) {
        ErrorMeasure measure = (ErrorMeasure) totals.measure();
        if (labels.size() == 1) {
            return new Regression(metrics, residuals(totals, measure, 0), Map.of(), Optional.empty());
        }
        Map<String, Regression.Output> outputs = new LinkedHashMap<>();
        for (int k = 0; k < labels.size(); k++) {
            outputs.put(
                    labels.get(k),
                    new Regression.Output(
                            new Metrics(totals.examples(), MetricNames.inOrder(measure.ofOutput(totals.sums(), k))),
                            residuals(totals, measure, k)));
        }
        return new Regression(metrics, Optional.empty(), outputs, Optional.empty());
    }

    private static Optional<Residuals> residuals(GroupTotals totals, ErrorMeasure measure, int output) {
        double mean = measure.meanResidual(totals.sums(), output);
        List<ExactResiduals> exact = totals.ranks(ExactResiduals.class);
        if (!exact.isEmpty()) {
            return ResidualOrder.of(exact, output).summary(mean);
        }
        return totals.bins().flatMap(bins -> ResidualOrder.of(bins[output]).summary(mean));
    }
}
