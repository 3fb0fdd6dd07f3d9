package io.lockstep.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a contender did in the rounds of a case. */
final class Series {
    private final List<Double> seconds = new ArrayList<>();
    private final Map<String, List<Double>> details = new TreeMap<>();

    /** Adds a lap. */
    void add(Lap lap) {
        seconds.add(lap.seconds());
        lap.details().forEach(this::note);
    }

    /** Adds another figure of the last lap. */
    void note(String name, double value) {
        details.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    }

    List<Double> seconds() {
        return List.copyOf(seconds);
    }

    double medianSeconds() {
        return median(seconds);
    }

    double least() {
        return seconds.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    double most() {
        return seconds.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    /** The median of a figure of the laps; NaN where they have none of that name. */
    double median(String detail) {
        return median(details.getOrDefault(detail, List.of()));
    }

    /** The figures of the laps by name. */
    Map<String, List<Double>> details() {
        return details;
    }

    private static double median(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
