package io.lockstep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the project asks of itself, held against a run. */
final class Targets {
    /**
     * A ratio of two medians of one run.
     *
     * @param what the words for it
     * @param asked the bound with its direction
     * @param reached as it came out
     * @param held whether it is within the bound
     */
    record Target(String what, String asked, String reached, boolean held) {}

    private static final double FLOORS = 1.3;

    private final Map<String, Map<String, Series>> results;
    private final List<Target> targets = new ArrayList<>();

    private Targets(Map<String, Map<String, Series>> results) {
        this.results = results;
    }

    /**
     * All targets whose contenders ran.
     *
     * @param results by case, then by contender
     */
    static List<Target> of(Map<String, Map<String, Series>> results) {
        Targets targets = new Targets(results);
        targets.atMost("small-512", Names.BARRIER, Names.PYTORCH, 0.65);
        targets.atMost("small-512", Names.BARRIER, Names.PRODUCTS, 1.25);
        targets.atMost("small-128", Names.BARRIER, Names.PYTORCH, 0.5);
        targets.atMost("small-128", Names.BARRIER, Names.PRODUCTS, 1.4);
        targets.atMost("small-4096", Names.BARRIER, Names.PYTORCH, 0.95);
        targets.atMost("small-4096", Names.BARRIER, Names.PRODUCTS, 1.22);
        targets.atMost("large-512", Names.BARRIER, Names.PYTORCH, 0.93);
        targets.atMost("large-512", Names.BARRIER, Names.PRODUCTS, 1.08);
        targets.atMost("small-512", Names.BARRIER_TANH, Names.BARRIER, 1.15);
        targets.timesFaster("mllib", Names.BARRIER, Names.MLLIB, 18);
        targets.timesFaster("mllib", Names.BARRIER, Names.MLLIB_VECTOR, 18);
        targets.timesFaster("mllib", Names.BARRIER, Names.MLLIB_OPENBLAS, 2.5);
        results.forEach(targets::driverStep);
        return targets.targets;
    }

    private void atMost(String name, String contender, String peer, double bound) {
        if (has(name, contender, peer)) {
            double ratio = seconds(name, contender) / seconds(name, peer);
            add(name + ": " + contender + " / " + peer, "<= %.2f", bound, format("%.2f", ratio), ratio <= bound);
        }
    }

    private void timesFaster(String name, String contender, String peer, double bound) {
        if (has(name, contender, peer)) {
            double ratio = seconds(name, peer) / seconds(name, contender);
            add(name + ": " + peer + " / " + contender, ">= %.1f", bound, format("%.1f", ratio), ratio >= bound);
        }
    }

    private void driverStep(String name, Map<String, Series> contenders) {
        if (has(name, Names.DRIVER, Names.FLOOR)) {
            Series driver = contenders.get(Names.DRIVER);
            double steps = driver.median("steps");
            double step = driver.medianSeconds() / steps;
            double compute = driver.median("compute_seconds") / steps;
            double floor = contenders.get(Names.FLOOR).median("step_seconds");
            double floors = (step - compute) / floor;
            add(
                    format(
                            "%s: driver's step %.1f ms = compute %.1f ms + n x floor %.1f ms",
                            name, 1e3 * step, 1e3 * compute, 1e3 * floor),
                    "n <= %.1f",
                    FLOORS,
                    format("%.2f", floors),
                    floors <= FLOORS);
        }
    }

    private boolean has(String name, String... contenders) {
        return results.containsKey(name) && results.get(name).keySet().containsAll(List.of(contenders));
    }

    private double seconds(String name, String contender) {
        return results.get(name).get(contender).medianSeconds();
    }

    private void add(String what, String asked, double bound, String reached, boolean held) {
        targets.add(new Target(what, format(asked, bound), reached, held));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
