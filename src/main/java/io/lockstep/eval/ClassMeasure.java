package io.lockstep.eval;

import io.lockstep.train.ShardInference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of K classes.
 *
 * @param outputs n[L]: K, or 1 for two classes
 * @param averages whether classes are counted in each block, which takes 3K numbers
 */
record ClassMeasure(int outputs, Averages averages) implements Measure {
    private static final double LEAST_PROBABILITY = 1e-15;
    private static final int WEIGHT = 0;
    private static final int LOSS = 1;
    private static final int LOG_LOSS = 2;
    private static final int BRIER = 3;
    private static final int RIGHT = 4;
    /** Weight, confidence and what came true, of each bin. */
    private static final int BINS = 5;

    private static final int COUNTS = BINS + 3 * CalibrationBin.BINS;

    /** Where the means over classes come from. */
    enum Averages {
        /** From counts in each block. */
        BY_BLOCK,
        /** From elsewhere: classes are too many for that. */
        ELSEWHERE
    }

    int classes() {
        return Math.max(2, outputs);
    }

    @Override
    public int width() {
        return COUNTS + (averages == Averages.BY_BLOCK ? ClassCounts.width(classes()) : 0);
    }

    /** The probability predicted for class k. */
    private double probability(float[] a, int from, int k) {
        return outputs > 1 ? a[from + k] : k == 1 ? a[from] : 1.0 - a[from];
    }

    /** The bin of an example. */
    int bin(float[] a, int from) {
        return Math.min(CalibrationBin.BINS - 1, (int) (confidence(a, from) * CalibrationBin.BINS));
    }

    private double confidence(float[] a, int from) {
        return probability(a, from, classes() == 2 ? 1 : ShardInference.predictedClass(a, from, outputs));
    }

    @Override
    public void add(double[] sums, float[] a, int from, float[] targets, int target, double w, double loss) {
        int observed = (int) targets[target];
        int predicted = ShardInference.predictedClass(a, from, outputs);
        double p = probability(a, from, observed);
        sums[WEIGHT] += w;
        sums[LOSS] += w * loss;
        sums[LOG_LOSS] -= w * Math.log(Math.max(LEAST_PROBABILITY, Math.min(1 - LEAST_PROBABILITY, p)));
        sums[BRIER] += w * brier(a, from, observed);
        sums[RIGHT] += predicted == observed ? w : 0;
        int bin = BINS + 3 * bin(a, from);
        sums[bin] += w;
        sums[bin + 1] += w * confidence(a, from);
        sums[bin + 2] += (classes() == 2 ? observed == 1 : predicted == observed) ? w : 0;
        if (averages == Averages.BY_BLOCK) {
            ClassCounts.add(sums, COUNTS, observed, predicted, w);
        }
    }

    private double brier(float[] a, int from, int observed) {
        if (classes() == 2) {
            double off = probability(a, from, 1) - observed;
            return off * off;
        }
        double sum = 0;
        for (int k = 0; k < outputs; k++) {
            double off = (double) a[from + k] - (k == observed ? 1 : 0);
            sum += off * off;
        }
        return sum;
    }

    @Override
    public Map<String, Double> values(double[] sums) {
        double weight = sums[WEIGHT];
        double accuracy = sums[RIGHT] / weight;
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.LOSS, sums[LOSS] / weight);
        values.put(MetricNames.ACCURACY, accuracy);
        values.put(MetricNames.ERROR, 1 - accuracy);
        values.put(MetricNames.PRECISION_MICRO, accuracy);
        values.put(MetricNames.RECALL_MICRO, accuracy);
        values.put(MetricNames.F1_MICRO, accuracy);
        values.put(MetricNames.LOG_LOSS, sums[LOG_LOSS] / weight);
        values.put(MetricNames.BRIER, sums[BRIER] / weight);
        if (averages == Averages.BY_BLOCK) {
            values.putAll(new ClassCounts(sums, COUNTS, classes()).averages());
        }
        return values;
    }

    /** Of the class counts in {@code sums}. */
    ClassCounts counts(double[] sums) {
        return new ClassCounts(sums, COUNTS, classes());
    }

    /** Σ n_b/m·|confidence − frequency|. */
    double ece(double[] sums) {
        double ece = 0;
        for (int bin = BINS; bin < COUNTS; bin += 3) {
            ece += Math.abs(sums[bin + 1] - sums[bin + 2]);
        }
        return ece / sums[WEIGHT];
    }

    /**
     * The bins that hold anything.
     *
     * @param rows of each bin
     */
    List<CalibrationBin> calibration(double[] sums, long[] rows) {
        List<CalibrationBin> bins = new ArrayList<>();
        for (int b = 0; b < CalibrationBin.BINS; b++) {
            int at = BINS + 3 * b;
            double confidence = sums[at + 1] / sums[at];
            if (sums[at] > 0 && Double.isFinite(confidence)) {
                bins.add(new CalibrationBin(
                        (double) b / CalibrationBin.BINS,
                        (b + 1.0) / CalibrationBin.BINS,
                        rows[b],
                        confidence,
                        sums[at + 2] / sums[at]));
            }
        }
        return bins;
    }
}
