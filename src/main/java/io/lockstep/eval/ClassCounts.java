package io.lockstep.eval;

import java.util.LinkedHashMap;
import java.util.Map;

/** Of each class how often it was observed, predicted, and both, in three numbers of a vector. */
final class ClassCounts {
    private final double[] counts;
    private final int at;
    private final int classes;

    /** The counts of {@code classes} in {@code counts} from {@code at} on. */
    ClassCounts(double[] counts, int at, int classes) {
        this.counts = counts;
        this.at = at;
        this.classes = classes;
    }

    /** How many numbers there are for so many classes. */
    static int width(int classes) {
        return 3 * classes;
    }

    static void add(double[] counts, int at, int observed, int predicted, double w) {
        counts[at + 3 * observed] += w;
        counts[at + 3 * predicted + 1] += w;
        if (observed == predicted) {
            counts[at + 3 * observed + 2] += w;
        }
    }

    private double observed(int k) {
        return counts[at + 3 * k];
    }

    private double predicted(int k) {
        return counts[at + 3 * k + 1];
    }

    private double hits(int k) {
        return counts[at + 3 * k + 2];
    }

    private static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    /** Of one class. */
    Map<String, Double> ofClass(int k) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.PRECISION, ratio(hits(k), predicted(k)));
        values.put(MetricNames.RECALL, ratio(hits(k), observed(k)));
        values.put(MetricNames.F1, ratio(2 * hits(k), observed(k) + predicted(k)));
        return values;
    }

    /** The means over classes: as often as they were observed, and each once where it was observed or predicted. */
    Map<String, Double> averages() {
        double weight = 0;
        for (int k = 0; k < classes; k++) {
            weight += observed(k);
        }
        double[] weighted = new double[3];
        double[] macro = new double[3];
        int present = 0;
        for (int k = 0; k < classes; k++) {
            double[] ofClass = {
                ratio(hits(k), predicted(k)),
                ratio(hits(k), observed(k)),
                ratio(2 * hits(k), observed(k) + predicted(k))
            };
            boolean isPresent = observed(k) + predicted(k) > 0;
            present += isPresent ? 1 : 0;
            for (int i = 0; i < 3; i++) {
                weighted[i] += observed(k) / weight * ofClass[i];
                macro[i] += isPresent ? ofClass[i] : 0;
            }
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.PRECISION, weighted[0]);
        values.put(MetricNames.RECALL, weighted[1]);
        values.put(MetricNames.F1, weighted[2]);
        values.put(MetricNames.PRECISION_MACRO, macro[0] / present);
        values.put(MetricNames.RECALL_MACRO, macro[1] / present);
        values.put(MetricNames.F1_MACRO, macro[2] / present);
        return values;
    }
}
