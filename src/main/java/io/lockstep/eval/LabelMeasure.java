package io.lockstep.eval;

import io.lockstep.train.ShardInference;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Labels that are there or not.
 *
 * @param labels how many
 */
record LabelMeasure(int labels) implements Measure {
    private static final int WEIGHT = 0;
    private static final int LOSS = 1;
    private static final int RIGHT = 2;
    /** Observed, predicted and both, of each label. */
    private static final int COUNTS = 3;

    @Override
    public int width() {
        return COUNTS + 3 * labels;
    }

    @Override
    public void add(double[] sums, float[] a, int from, float[] targets, int target, double w, double loss) {
        boolean right = true;
        for (int k = 0; k < labels; k++) {
            boolean predicted = ShardInference.predictsLabel(a[from + k]);
            boolean observed = targets[target + k] == 1;
            int at = COUNTS + 3 * k;
            sums[at] += observed ? w : 0;
            sums[at + 1] += predicted ? w : 0;
            sums[at + 2] += observed && predicted ? w : 0;
            right &= predicted == observed;
        }
        sums[WEIGHT] += w;
        sums[LOSS] += w * loss;
        sums[RIGHT] += right ? w : 0;
    }

    @Override
    public Map<String, Double> values(double[] sums) {
        double hits = 0;
        double marks = 0;
        double macro = 0;
        for (int k = 0; k < labels; k++) {
            int at = COUNTS + 3 * k;
            hits += sums[at + 2];
            marks += sums[at] + sums[at + 1];
            macro += f1(sums, k) / labels;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.LOSS, sums[LOSS] / sums[WEIGHT]);
        values.put(MetricNames.ACCURACY, sums[RIGHT] / sums[WEIGHT]);
        values.put(MetricNames.HAMMING_LOSS, (marks - 2 * hits) / (sums[WEIGHT] * labels));
        values.put(MetricNames.F1_MICRO, marks == 0 ? 0 : 2 * hits / marks);
        values.put(MetricNames.F1_MACRO, macro);
        return values;
    }

    private double f1(double[] sums, int k) {
        return new ClassCounts(sums, COUNTS, labels).ofClass(k).get(MetricNames.F1);
    }

    /** Of one label. */
    Map<String, Double> ofLabel(double[] sums, int k) {
        int at = COUNTS + 3 * k;
        double wrong = sums[at] + sums[at + 1] - 2 * sums[at + 2];
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.ACCURACY, 1 - wrong / sums[WEIGHT]);
        values.putAll(new ClassCounts(sums, COUNTS, labels).ofClass(k));
        return values;
    }
}
