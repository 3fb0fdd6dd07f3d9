package io.lockstep.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run as a table and as JSON. */
final class Report {
    /** Cores; an idle Spark, the kernel and the clock's coarseness come to a few hundredths. */
    private static final double QUIET = 0.15;

    private final PrintStream out;
    private final int examples;

    Report(PrintStream out, int examples) {
        this.out = out;
        this.examples = examples;
    }

    /** What was measured on, a line each. */
    void head(Map<String, Object> machine) {
        machine.forEach((name, value) -> out.printf(Locale.ROOT, "%-14s %s%n", name.replace('_', ' '), value));
    }

    /** A case as a table. */
    void table(Case each, Map<String, Series> results) {
        out.printf(
                Locale.ROOT,
                "%n%s: %s, batch %,d%n",
                each.name(),
                each.net(),
                each.net().batch());
        out.printf(
                "%-16s %9s  %-17s %11s %10s %6s %7s%n",
                "contender", "s / epoch", "least - most", "examples/s", "/ products", "cores", "others");
        results.forEach((contender, series) -> {
            if (contender.equals(Names.SQUARE)) {
                return;
            }
            double seconds = series.medianSeconds();
            out.printf(
                    Locale.ROOT,
                    "%-16s %9.3f  %-17s %11s %10s %6.2f %7.2f%n",
                    contender,
                    seconds,
                    String.format(Locale.ROOT, "%.3f - %.3f", series.least(), series.most()),
                    contender.equals(Names.FLOOR) ? "" : String.format(Locale.ROOT, "%,.0f", examples / seconds),
                    results.containsKey(Names.PRODUCTS)
                            ? String.format(
                                    Locale.ROOT,
                                    "%.2f",
                                    seconds / results.get(Names.PRODUCTS).medianSeconds())
                            : "",
                    series.median("cores_used"),
                    series.median("cores_used_by_others"));
        });
        if (results.containsKey(Names.PRODUCTS)) {
            Series products = results.get(Names.PRODUCTS);
            out.printf(Locale.ROOT, "products: %.0f GFLOP/s", products.median("gflops"));
            if (results.containsKey(Names.SQUARE)) {
                Series square = results.get(Names.SQUARE);
                out.printf(
                        Locale.ROOT,
                        "; OpenBLAS at its best (square, 2048): %.0f, one thread %.0f; at that, %.3f s / epoch",
                        square.median("gflops"),
                        square.median("gflops_one_thread"),
                        products.median("flops") / square.median("gflops") / 1e9);
            }
            out.println();
        }
    }

    /** The most cores that others used in the median lap of a contender; above some percent the figures say little. */
    static double disturbance(Map<Case, Map<String, Series>> results) {
        return results.values().stream()
                .flatMap(contenders -> contenders.values().stream())
                .mapToDouble(series -> series.median("cores_used_by_others"))
                .max()
                .orElse(0);
    }

    /** The targets, a line each, with a warning before them where the machine was not quiet. */
    void targets(List<Targets.Target> targets, double disturbance) {
        if (disturbance > QUIET) {
            out.printf(
                    Locale.ROOT,
                    "%nTHE MACHINE WAS NOT QUIET: others used up to %.2f cores. Ratios to PyTorch are void then: its"
                            + "%nthreads spin while they wait for one that has lost its core.%n",
                    disturbance);
        }
        if (targets.isEmpty()) {
            return;
        }
        out.printf("%n%-72s %9s %8s%n", "target (medians of this run)", "asked", "reached");
        for (Targets.Target target : targets) {
            out.printf(
                    "%-72s %9s %8s %s%n",
                    target.what(), target.asked(), target.reached(), target.held() ? "ok" : "missed");
        }
    }

    /** Everything, lap by lap. */
    static void json(
            Path file,
            Map<String, Object> machine,
            Map<String, Object> settings,
            Map<Case, Map<String, Series>> results,
            List<Targets.Target> targets)
            throws IOException {
        List<Object> cases = new ArrayList<>();
        results.forEach((each, contenders) -> {
            List<Object> rows = new ArrayList<>();
            contenders.forEach((contender, series) -> {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("contender", contender);
                row.put("network", each.contenders().get(contender).toString());
                row.put("median_seconds", series.medianSeconds());
                row.put("seconds", series.seconds());
                row.put("details", series.details());
                rows.add(row);
            });
            cases.add(Map.of(
                    "case", each.name(),
                    "network", each.net().toString(),
                    "batch", each.net().batch(),
                    "contenders", rows));
        });
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine);
        all.put("settings", settings);
        all.put("cases", cases);
        all.put("targets", targets);
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValue(file.toFile(), all);
    }
}
