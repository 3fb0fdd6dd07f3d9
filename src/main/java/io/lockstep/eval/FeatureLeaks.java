package io.lockstep.eval;

import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Columns that alone predict the label, too well to be true: they may have been written down after the fact. Judged on a
 * sample of training examples:
 *
 * <ul>
 *   <li>a number beside two classes: the area under the ROC curve (Mann and Whitney's U/(n₀n₁)) is 0.999 or more, or 0.001 or
 *       less;
 *   <li>a number beside more classes: cut into runs of at least 10 examples and of equal values, 0.999 of the examples belong
 *       to the class that is the most frequent one of their run;
 *   <li>a category: the same, its levels being the runs;
 *   <li>a regression: Pearson's or Spearman's |r| is 0.999 or more, or for a category η² (the share of the target's
 *       variance that lies between levels) is.
 * </ul>
 */
public final class FeatureLeaks {
    private static final double LEAKS = 0.999;
    private static final int FEWEST_EXAMPLES = 50;
    private static final int FEWEST_OF_A_CLASS = 5;
    private static final int RUN = 10;

    private final FeatureSchema features;
    private final float[] x;
    private final int width;
    private final String label;
    private final float[] y;
    private final int n;
    private final int classes;

    /**
     * A column that tells a label.
     *
     * @param measure what {@code value} is, e.g. {@code AUC}
     */
    public record Leak(String column, String label, String measure, double value) {

        /** In words, e.g. {@code "paid_back" alone predicts "loan": AUC 1.0000}. */
        public String describe() {
            return String.format(Locale.ROOT, "\"%s\" alone predicts \"%s\": %s %.4f", column, label, measure, value);
        }
    }

    private FeatureLeaks(FeatureSchema features, float[] x, String label, float[] y, int n, int classes) {
        this.label = label;
        this.features = features;
        this.x = x;
        this.width = features.width();
        this.y = y;
        this.n = n;
        this.classes = classes;
    }

    /**
     * Judges all columns.
     *
     * @param x (n_x, n), an example a column; normalized or not
     * @param labels their names
     * @param y the targets (labels, n): class indexes, or numbers
     * @param n how many examples; none are judged by less than 50
     * @param classes of each label; 0 for a regression
     */
    public static List<Leak> find(
            FeatureSchema features, float[] x, List<String> labels, float[] y, int n, int classes) {
        List<Leak> leaks = new ArrayList<>();
        for (int t = 0; n >= FEWEST_EXAMPLES && t < labels.size(); t++) {
            float[] targets = new float[n];
            for (int j = 0; j < n; j++) {
                targets[j] = y[j * labels.size() + t];
            }
            leaks.addAll(new FeatureLeaks(features, x, labels.get(t), targets, n, classes).find());
        }
        return List.copyOf(leaks);
    }

    private List<Leak> find() {
        List<Leak> leaks = new ArrayList<>();
        int slot = 0;
        for (FeatureColumn column : features.columns()) {
            if (column instanceof FeatureColumn.Categorical || column instanceof FeatureColumn.Hashed) {
                levels(slot, column.width())
                        .map(found -> new Leak(column.name(), label, found.measure(), found.value()))
                        .ifPresent(leaks::add);
            } else {
                List<String> names = new ArrayList<>();
                column.slotNames(names::add);
                for (int i = 0; i < column.width(); i++) {
                    String name = i < names.size() ? names.get(i) : column.name();
                    number(slot + i)
                            .map(found -> new Leak(name, label, found.measure(), found.value()))
                            .ifPresent(leaks::add);
                }
            }
            slot += column.width();
        }
        return List.copyOf(leaks);
    }

    private record Found(String measure, double value) {}

    private static Optional<Found> ifGreat(String measure, double value) {
        return value >= LEAKS ? Optional.of(new Found(measure, value)) : Optional.empty();
    }

    private Optional<Found> number(int slot) {
        double[] values = new double[n];
        Arrays.setAll(values, j -> value(j, slot));
        if (Arrays.stream(values).allMatch(value -> value == values[0])) {
            return Optional.empty();
        }
        if (classes == 2) {
            return auc(ranks(values));
        }
        if (classes > 2) {
            return ifGreat("share of examples told apart", purity(values));
        }
        double[] targets = new double[n];
        Arrays.setAll(targets, j -> y[j]);
        double pearson = Math.abs(correlation(values, targets));
        return pearson >= LEAKS
                ? Optional.of(new Found("|r|", pearson))
                : ifGreat("rank correlation", Math.abs(correlation(ranks(values), ranks(targets))));
    }

    private double value(int example, int slot) {
        return x[example * width + slot];
    }

    /** U/(n₀n₁) from the ranks of class 1. */
    private Optional<Found> auc(double[] ranks) {
        double sum = 0;
        long ones = 0;
        for (int j = 0; j < n; j++) {
            if (y[j] == 1) {
                sum += ranks[j];
                ones++;
            }
        }
        if (ones < FEWEST_OF_A_CLASS || n - ones < FEWEST_OF_A_CLASS) {
            return Optional.empty();
        }
        double area = (sum - ones * (ones + 1) / 2.0) / ((double) ones * (n - ones));
        return ifGreat("AUC", Math.max(area, 1 - area));
    }

    /** The rank of each value, from 1; equal ones have their mean rank. */
    private static double[] ranks(double[] values) {
        int n = values.length;
        Integer[] order = new Integer[n];
        Arrays.setAll(order, j -> j);
        Arrays.sort(order, Comparator.comparingDouble(j -> values[j]));
        double[] ranks = new double[n];
        for (int from = 0; from < n; ) {
            int to = from;
            while (to < n && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + 1 + to) / 2.0;
            }
            from = to;
        }
        return ranks;
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElse(0);
        double meanB = Arrays.stream(b).average().orElse(0);
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < a.length; j++) {
            ab += (a[j] - meanA) * (b[j] - meanB);
            aa += (a[j] - meanA) * (a[j] - meanA);
            bb += (b[j] - meanB) * (b[j] - meanB);
        }
        return aa == 0 || bb == 0 ? 0 : ab / Math.sqrt(aa * bb);
    }

    private double purity(double[] values) {
        Integer[] order = new Integer[n];
        Arrays.setAll(order, j -> j);
        Arrays.sort(order, Comparator.comparingDouble(j -> values[j]));
        int told = 0;
        for (int from = 0; from < n; ) {
            int to = from;
            while (to < n && (to - from < RUN || values[order[to]] == values[order[to - 1]])) {
                to++;
            }
            int[] counts = new int[classes];
            for (int i = from; i < to; i++) {
                counts[(int) y[order[i]]]++;
            }
            told += Arrays.stream(counts).max().orElse(0);
            from = to;
        }
        // a label that is the same for nearly all is told by any feature
        return mostFrequent() >= LEAKS ? 0 : (double) told / n;
    }

    private double mostFrequent() {
        int[] counts = new int[classes];
        for (int j = 0; j < n; j++) {
            counts[(int) y[j]]++;
        }
        return (double) Arrays.stream(counts).max().orElse(0) / n;
    }

    /** A one-hot category in slots [slot, slot + levels); what is no level is one of its own. */
    private Optional<Found> levels(int slot, int levels) {
        if (levels + 1 > n / RUN) {
            return Optional.empty();
        }
        int[] level = new int[n];
        Arrays.fill(level, levels);
        for (int i = 0; i < levels; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += value(j, slot + i);
            }
            for (int j = 0; j < n; j++) {
                // normalized or not, the indicator's 1 lies above its mean
                level[j] = value(j, slot + i) > sum / n + 1e-6 ? i : level[j];
            }
        }
        return classes > 0
                ? ifGreat("share of examples told apart", purityOf(level, levels + 1))
                : ifGreat("η²", betweenLevels(level, levels + 1));
    }

    private double purityOf(int[] level, int levels) {
        int[][] counts = new int[levels][Math.max(2, classes)];
        for (int j = 0; j < n; j++) {
            counts[level[j]][(int) y[j]]++;
        }
        int told = 0;
        for (int[] ofLevel : counts) {
            told += Arrays.stream(ofLevel).max().orElse(0);
        }
        return mostFrequent() >= LEAKS ? 0 : (double) told / n;
    }

    private double betweenLevels(int[] level, int levels) {
        double[] sums = new double[levels];
        int[] counts = new int[levels];
        double mean = 0;
        for (int j = 0; j < n; j++) {
            sums[level[j]] += y[j];
            counts[level[j]]++;
            mean += y[j];
        }
        mean /= n;
        double between = 0;
        for (int k = 0; k < levels; k++) {
            if (counts[k] > 0) {
                between += counts[k] * Math.pow(sums[k] / counts[k] - mean, 2);
            }
        }
        double total = 0;
        for (int j = 0; j < n; j++) {
            total += Math.pow(y[j] - mean, 2);
        }
        return total == 0 ? 0 : between / total;
    }
}
