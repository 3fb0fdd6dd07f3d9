package io.lockstep.train;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.data.Shard;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The sums that a {@link Score} is made of, over some examples; they merge in the order of the shard tree. */
final class ScoreSums implements Serializable {
    private static final long serialVersionUID = 1L;

    private long examples;
    /** Σ w; the number of examples where each weighs 1. */
    private double weight;

    private double loss;
    private final Judgement judgement;

    /** What is counted besides the loss. */
    private sealed interface Judgement extends Serializable {
        void add(float[] outputs, int from, float[] targets, int target, double w);

        void merge(Judgement other);

        /** The metrics of all outputs together. */
        void total(double weight, Map<EvaluationMetric, Double> values);

        /** The metrics of each output that stands for a label of its own. */
        List<Map<EvaluationMetric, Double>> byLabel(double weight);
    }

    private ScoreSums(Judgement judgement) {
        this.judgement = judgement;
    }

    /** The sums over a shard, in its order. */
    static ScoreSums of(ShardInference inference, Shard shard, NetworkSpec network, TargetTransform transform) {
        int n = network.outputs();
        ScoreSums sums = new ScoreSums(
                network.loss().isRegression()
                        ? new Errors(transform, n)
                        : network.loss().kind() == Loss.Kind.SIGMOID_CROSS_ENTROPY && n > 1
                                ? new Labels(n)
                                : new Classes(n));
        sums.loss = inference.forEach(shard, (outputs, from, targets, target, w, loss) -> {
            sums.examples++;
            sums.weight += w;
            // what weighs nothing has no share in a mean, not even in that of no examples
            if (w > 0) {
                sums.judgement.add(outputs, from, targets, target, w);
            }
        });
        return sums;
    }

    ScoreSums merge(ScoreSums other) {
        judgement.merge(other.judgement);
        examples += other.examples;
        weight += other.weight;
        loss += other.loss;
        return this;
    }

    Score score() {
        Map<EvaluationMetric, Double> values = new EnumMap<>(EvaluationMetric.class);
        values.put(EvaluationMetric.LOSS, loss / weight);
        judgement.total(weight, values);
        return new Score(examples, values, judgement.byLabel(weight));
    }

    /** Of each class or label: how often it was observed, predicted, and both. */
    private static final class Counts implements Serializable {
        private static final long serialVersionUID = 1L;

        private final double[] observed;
        private final double[] predicted;
        private final double[] hits;
        private double right;

        Counts(int size) {
            this.observed = new double[size];
            this.predicted = new double[size];
            this.hits = new double[size];
        }

        void merge(Counts other) {
            for (int k = 0; k < observed.length; k++) {
                observed[k] += other.observed[k];
                predicted[k] += other.predicted[k];
                hits[k] += other.hits[k];
            }
            right += other.right;
        }

        double precision(int k) {
            return ratio(hits[k], predicted[k]);
        }

        double recall(int k) {
            return ratio(hits[k], observed[k]);
        }

        double f1(int k) {
            return ratio(2 * hits[k], observed[k] + predicted[k]);
        }

        static double ratio(double part, double whole) {
            return whole == 0 ? 0 : part / whole;
        }

        static double sum(double[] values) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            return sum;
        }
    }

    /** One of K classes. */
    private static final class Classes implements Judgement {
        private static final long serialVersionUID = 1L;

        private final Counts counts;
        private final int n;

        Classes(int n) {
            this.n = n;
            this.counts = new Counts(Math.max(2, n));
        }

        @Override
        public void add(float[] outputs, int from, float[] targets, int target, double w) {
            int predicted = ShardInference.predictedClass(outputs, from, n);
            int observed = (int) targets[target];
            counts.observed[observed] += w;
            counts.predicted[predicted] += w;
            if (predicted == observed) {
                counts.hits[observed] += w;
                counts.right += w;
            }
        }

        @Override
        public void merge(Judgement other) {
            counts.merge(((Classes) other).counts);
        }

        @Override
        public void total(double weight, Map<EvaluationMetric, Double> values) {
            double precision = 0;
            double recall = 0;
            double f1 = 0;
            double sum = 0;
            int present = 0;
            for (int k = 0; k < counts.observed.length; k++) {
                double share = counts.observed[k] / weight;
                precision += share * counts.precision(k);
                recall += share * counts.recall(k);
                f1 += share * counts.f1(k);
                if (counts.observed[k] + counts.predicted[k] > 0) {
                    sum += counts.f1(k);
                    present++;
                }
            }
            values.put(EvaluationMetric.ACCURACY, counts.right / weight);
            values.put(EvaluationMetric.ERROR, 1 - counts.right / weight);
            values.put(EvaluationMetric.PRECISION, precision);
            values.put(EvaluationMetric.RECALL, recall);
            values.put(EvaluationMetric.F1, f1);
            values.put(EvaluationMetric.F1_MACRO, sum / present);
        }

        @Override
        public List<Map<EvaluationMetric, Double>> byLabel(double weight) {
            return List.of();
        }
    }

    /** Labels that are there or not. */
    private static final class Labels implements Judgement {
        private static final long serialVersionUID = 1L;

        private final Counts counts;
        private final int n;

        Labels(int n) {
            this.n = n;
            this.counts = new Counts(n);
        }

        @Override
        public void add(float[] outputs, int from, float[] targets, int target, double w) {
            boolean right = true;
            for (int k = 0; k < n; k++) {
                boolean predicted = ShardInference.predictsLabel(outputs[from + k]);
                boolean observed = targets[target + k] == 1;
                counts.predicted[k] += predicted ? w : 0;
                counts.observed[k] += observed ? w : 0;
                counts.hits[k] += predicted && observed ? w : 0;
                right &= predicted == observed;
            }
            counts.right += right ? w : 0;
        }

        @Override
        public void merge(Judgement other) {
            counts.merge(((Labels) other).counts);
        }

        @Override
        public void total(double weight, Map<EvaluationMetric, Double> values) {
            double hits = Counts.sum(counts.hits);
            double marks = Counts.sum(counts.predicted) + Counts.sum(counts.observed);
            double macro = 0;
            for (int k = 0; k < n; k++) {
                macro += counts.f1(k) / n;
            }
            values.put(EvaluationMetric.ACCURACY, counts.right / weight);
            values.put(EvaluationMetric.HAMMING_LOSS, (marks - 2 * hits) / (weight * n));
            values.put(EvaluationMetric.F1_MICRO, Counts.ratio(2 * hits, marks));
            values.put(EvaluationMetric.F1_MACRO, macro);
        }

        @Override
        public List<Map<EvaluationMetric, Double>> byLabel(double weight) {
            List<Map<EvaluationMetric, Double>> labels = new ArrayList<>();
            for (int k = 0; k < n; k++) {
                Map<EvaluationMetric, Double> values = new EnumMap<>(EvaluationMetric.class);
                double wrong = counts.predicted[k] + counts.observed[k] - 2 * counts.hits[k];
                values.put(EvaluationMetric.ACCURACY, 1 - wrong / weight);
                values.put(EvaluationMetric.PRECISION, counts.precision(k));
                values.put(EvaluationMetric.RECALL, counts.recall(k));
                values.put(EvaluationMetric.F1, counts.f1(k));
                labels.add(values);
            }
            return labels;
        }
    }

    /** Numbers, in the targets' own units. */
    private static final class Errors implements Judgement {
        private static final long serialVersionUID = 1L;

        private final TargetTransform transform;
        private final int n;
        private double weight;
        private final double[] squared;
        private final double[] absolute;
        /** Mean and Σw(y − mean)² of the targets, merged as in {@link io.lockstep.data.Moments}. */
        private final double[] means;

        private final double[] m2;

        Errors(TargetTransform transform, int n) {
            this.transform = transform;
            this.n = n;
            this.squared = new double[n];
            this.absolute = new double[n];
            this.means = new double[n];
            this.m2 = new double[n];
        }

        @Override
        public void add(float[] outputs, int from, float[] targets, int target, double w) {
            weight += w;
            for (int k = 0; k < n; k++) {
                double observed = transform.restore(k, targets[target + k]);
                double error = transform.restore(k, outputs[from + k]) - observed;
                squared[k] += w * (error * error);
                absolute[k] += w * Math.abs(error);
                double delta = observed - means[k];
                means[k] += w * delta / weight;
                m2[k] += w * delta * (observed - means[k]);
            }
        }

        @Override
        public void merge(Judgement judgement) {
            Errors other = (Errors) judgement;
            double total = weight + other.weight;
            for (int k = 0; k < n; k++) {
                if (total > 0) {
                    double delta = other.means[k] - means[k];
                    double share = other.weight / total;
                    means[k] += delta * share;
                    m2[k] += other.m2[k] + delta * delta * weight * share;
                }
                squared[k] += other.squared[k];
                absolute[k] += other.absolute[k];
            }
            weight = total;
        }

        @Override
        public void total(double sum, Map<EvaluationMetric, Double> values) {
            double rmse = 0;
            double mae = 0;
            double r2 = 0;
            for (int k = 0; k < n; k++) {
                rmse += rmse(k) / n;
                mae += mae(k) / n;
                r2 += (m2[k] == 0 ? 0 : r2(k)) / n;
            }
            values.put(EvaluationMetric.RMSE, rmse);
            values.put(EvaluationMetric.MAE, mae);
            values.put(EvaluationMetric.R2, r2);
        }

        @Override
        public List<Map<EvaluationMetric, Double>> byLabel(double sum) {
            List<Map<EvaluationMetric, Double>> labels = new ArrayList<>();
            for (int k = 0; k < n; k++) {
                Map<EvaluationMetric, Double> values = new EnumMap<>(EvaluationMetric.class);
                values.put(EvaluationMetric.RMSE, rmse(k));
                values.put(EvaluationMetric.MAE, mae(k));
                if (m2[k] > 0) {
                    values.put(EvaluationMetric.R2, r2(k));
                }
                labels.add(values);
            }
            return labels;
        }

        private double rmse(int k) {
            return Math.sqrt(squared[k] / weight);
        }

        private double mae(int k) {
            return absolute[k] / weight;
        }

        private double r2(int k) {
            return 1 - squared[k] / m2[k];
        }
    }
}
