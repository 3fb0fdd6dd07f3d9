package io.lockstep.eval;

import io.lockstep.model.TargetTransform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers, in the targets' own units. Of each output Σw(y − ŷ)², Σw|y − ŷ|, Σw(y − ŷ), and the mean and Σw(y − ȳ)² of the
 * targets y of the block, merged as in {@link io.lockstep.data.Moments}; levelled, these two become Σw(y − c) and
 * Σw(y − c)² with c the mean over all blocks: those of blocks can be added, and hardly anything cancels.
 *
 * @param outputs how many
 */
record ErrorMeasure(TargetTransform transform, int outputs) implements Measure {
    /** Below this share of Σw(y − c)², Σw(y − ȳ)² is what rounding left of it. */
    private static final double ROUNDING = 1e-12;

    private static final int WEIGHT = 0;
    private static final int LOSS = 1;
    private static final int ERRORS = 2;
    private static final int SQUARED = 0;
    private static final int ABSOLUTE = 1;
    private static final int RESIDUAL = 2;
    private static final int MEAN = 3;
    private static final int M2 = 4;
    private static final int OF_OUTPUT = 5;

    private static int at(int output) {
        return ERRORS + OF_OUTPUT * output;
    }

    @Override
    public int width() {
        return at(outputs);
    }

    /** y − ŷ. */
    double residual(int output, float[] a, int from, float[] targets, int target) {
        return transform.restore(output, targets[target + output]) - transform.restore(output, a[from + output]);
    }

    @Override
    public void add(double[] sums, float[] a, int from, float[] targets, int target, double w, double loss) {
        sums[WEIGHT] += w;
        sums[LOSS] += w * loss;
        for (int k = 0; k < outputs; k++) {
            int at = at(k);
            double residual = residual(k, a, from, targets, target);
            sums[at + SQUARED] += w * (residual * residual);
            sums[at + ABSOLUTE] += w * Math.abs(residual);
            sums[at + RESIDUAL] += w * residual;
            double y = transform.restore(k, targets[target + k]);
            double delta = y - sums[at + MEAN];
            sums[at + MEAN] += w * delta / sums[WEIGHT];
            sums[at + M2] += w * delta * (y - sums[at + MEAN]);
        }
    }

    @Override
    public void merge(double[] sums, double[] next) {
        double share = next[WEIGHT] == 0 ? 0 : next[WEIGHT] / (sums[WEIGHT] + next[WEIGHT]);
        for (int k = 0; k < outputs; k++) {
            int at = at(k);
            double delta = next[at + MEAN] - sums[at + MEAN];
            sums[at + MEAN] += delta * share;
            sums[at + M2] += next[at + M2] + delta * delta * sums[WEIGHT] * share;
            for (int i : new int[] {SQUARED, ABSOLUTE, RESIDUAL}) {
                sums[at + i] += next[at + i];
            }
        }
        sums[WEIGHT] += next[WEIGHT];
        sums[LOSS] += next[LOSS];
    }

    @Override
    public void level(List<double[]> blocks) {
        double[] all = new double[width()];
        blocks.forEach(block -> merge(all, block));
        for (double[] block : blocks) {
            for (int k = 0; k < outputs; k++) {
                int at = at(k);
                double off = block[WEIGHT] == 0 ? 0 : block[at + MEAN] - all[at + MEAN];
                block[at + MEAN] = block[WEIGHT] * off;
                block[at + M2] += block[WEIGHT] * off * off;
            }
        }
    }

    @Override
    public Map<String, Double> values(double[] sums) {
        double rmse = 0;
        double mae = 0;
        double r2 = 0;
        for (int k = 0; k < outputs; k++) {
            Map<String, Double> ofOutput = ofOutput(sums, k);
            rmse += ofOutput.get(MetricNames.RMSE) / outputs;
            mae += ofOutput.get(MetricNames.MAE) / outputs;
            r2 += ofOutput.get(MetricNames.R2) / outputs;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.LOSS, sums[LOSS] / sums[WEIGHT]);
        values.put(MetricNames.RMSE, rmse);
        values.put(MetricNames.MAE, mae);
        values.put(MetricNames.R2, r2);
        return values;
    }

    /** Of one output. */
    Map<String, Double> ofOutput(double[] sums, int k) {
        int at = at(k);
        double around = sums[at + M2];
        double total = around - sums[at + MEAN] * sums[at + MEAN] / sums[WEIGHT];
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.RMSE, Math.sqrt(sums[at + SQUARED] / sums[WEIGHT]));
        values.put(MetricNames.MAE, sums[at + ABSOLUTE] / sums[WEIGHT]);
        values.put(MetricNames.R2, total > ROUNDING * around ? 1 - sums[at + SQUARED] / total : Double.NaN);
        return values;
    }

    /** The mean residual of an output. */
    double meanResidual(double[] sums, int k) {
        return sums[at(k) + RESIDUAL] / sums[WEIGHT];
    }
}
