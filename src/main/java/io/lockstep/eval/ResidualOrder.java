package io.lockstep.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Residuals in rising order.
 *
 * @param values rising
 * @param weights of each
 * @param counts how many examples each stands for; empty: one
 * @param relativeError of each
 */
@SuppressWarnings("ArrayRecordComponent") // handed from one function to the next, never compared
record ResidualOrder(double[] values, double[] weights, double[] counts, double relativeError) {
    private static final int HISTOGRAM_BINS = 40;
    /** Enough for {@link EvaluationJob#MOST_RANKED}. */
    private static final int INDEX_BITS = 24;

    private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;

    /** The residuals of an output that tasks kept. */
    static ResidualOrder of(List<ExactResiduals> parts, int output) {
        int size = parts.stream().mapToInt(ExactResiduals::size).sum();
        double[] values = new double[size];
        int at = 0;
        for (ExactResiduals part : parts) {
            part.copyResiduals(output, values, at);
            at += part.size();
        }
        if (parts.stream().noneMatch(ExactResiduals::isWeighted)) {
            Arrays.parallelSort(values);
            return new ResidualOrder(values, new double[0], new double[0], 0);
        }
        float[] weights = new float[size];
        at = 0;
        for (ExactResiduals part : parts) {
            part.copyWeights(weights, at);
            at += part.size();
        }
        return sorted(values, weights);
    }

    /** By value, equal ones by weight: so that no sum depends on the order in which they came. */
    private static ResidualOrder sorted(double[] values, float[] weights) {
        // numbers that carry the index in their low bits, as objects to sort would take several times the memory
        long[] keys = new long[values.length];
        for (int i = 0; i < keys.length; i++) {
            long bits = Double.doubleToLongBits(values[i]);
            keys[i] = ((bits ^ ((bits >> 63) & Long.MAX_VALUE)) & ~INDEX_MASK) | i;
        }
        Arrays.parallelSort(keys);
        int[] order =
                Arrays.stream(keys).mapToInt(key -> (int) (key & INDEX_MASK)).toArray();
        for (int from = 0; from < keys.length; ) {
            int to = from + 1;
            while (to < keys.length && keys[to] >> INDEX_BITS == keys[from] >> INDEX_BITS) {
                to++;
            }
            if (to - from > 1) {
                int[] run = Arrays.stream(order, from, to)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer i) -> values[i])
                                .thenComparingDouble(i -> weights[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
                System.arraycopy(run, 0, order, from, run.length);
            }
            from = to;
        }
        double[] sortedValues = new double[values.length];
        double[] sortedWeights = new double[values.length];
        for (int i = 0; i < order.length; i++) {
            sortedValues[i] = values[order[i]];
            sortedWeights[i] = weights[order[i]];
        }
        return new ResidualOrder(sortedValues, sortedWeights, new double[0], 0);
    }

    /** The residuals that bins stand for. */
    static ResidualOrder of(WeightBins bins) {
        int[] keys = bins.sortedKeys();
        double[] values = new double[keys.length];
        double[] weights = new double[keys.length];
        double[] counts = new double[keys.length];
        for (int i = 0; i < keys.length; i++) {
            values[i] = BinnedResiduals.middle(keys[i]);
            weights[i] = bins.first(keys[i]);
            counts[i] = bins.second(keys[i]);
        }
        return new ResidualOrder(values, weights, counts, BinnedResiduals.RELATIVE_ERROR);
    }

    private double weight(int i) {
        return weights.length == 0 ? 1 : weights[i];
    }

    private double count(int i) {
        return counts.length == 0 ? 1 : counts[i];
    }

    /** Their summary; empty where there are none, or where they are not numbers. */
    Optional<Residuals> summary(double mean) {
        if (values.length == 0
                || !Double.isFinite(mean)
                || !Double.isFinite(values[0])
                || !Double.isFinite(values[values.length - 1])) {
            return Optional.empty();
        }
        double total = 0;
        for (int i = 0; i < values.length; i++) {
            total += weight(i);
        }
        SortedMap<Double, Double> quantiles = new TreeMap<>();
        double cumulated = 0;
        int next = 0;
        for (int i = 0; i < values.length && next < Residuals.QUANTILES.size(); i++) {
            cumulated += weight(i);
            // what rounding leaves of the last weights must not leave a quantile without a value
            boolean last = i == values.length - 1;
            while (next < Residuals.QUANTILES.size() && (last || cumulated >= Residuals.QUANTILES.get(next) * total)) {
                quantiles.put(Residuals.QUANTILES.get(next++), values[i]);
            }
        }
        return Optional.of(new Residuals(
                mean,
                quantiles,
                histogram(quantiles.get(quantiles.firstKey()), quantiles.get(quantiles.lastKey())),
                relativeError));
    }

    private Residuals.Histogram histogram(double from, double to) {
        double[] bins = new double[HISTOGRAM_BINS];
        for (int i = 0; i < values.length; i++) {
            if (values[i] >= from && values[i] <= to) {
                double place = to == from ? 0 : (values[i] - from) / (to - from) * HISTOGRAM_BINS;
                bins[Math.min(HISTOGRAM_BINS - 1, (int) place)] += count(i);
            }
        }
        List<Long> counts = new ArrayList<>();
        for (double bin : bins) {
            counts.add((long) bin);
        }
        return new Residuals.Histogram(from, to, counts);
    }
}
