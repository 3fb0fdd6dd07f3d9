package io.lockstep.report;

import io.lockstep.error.Printable;
import io.lockstep.eval.Evaluation;
import io.lockstep.eval.Interval;
import io.lockstep.eval.MetricNames;
import io.lockstep.eval.Metrics;
import io.lockstep.eval.Slices;
import java.io.PrintStream;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Evaluations in at most 80 columns: what is looked at first; {@code metrics.json} has all of them. */
public final class MetricsTable {
    /** Of a column; four sets and the names take 80 characters. */
    private static final int SET = 17;
    /** Of a number. */
    private static final int NUMBER = 10;
    /** Of an end of an interval. */
    private static final int BOUND = 6;

    private static final int SLICE = 26;

    private static final List<String> SHOWN = List.of(
            MetricNames.LOSS,
            MetricNames.ACCURACY,
            MetricNames.ERROR,
            MetricNames.PRECISION,
            MetricNames.RECALL,
            MetricNames.F1,
            MetricNames.F1_MACRO,
            MetricNames.HAMMING_LOSS,
            MetricNames.F1_MICRO,
            MetricNames.RMSE,
            MetricNames.MAE,
            MetricNames.R2,
            MetricNames.AUC,
            MetricNames.AUC_PR,
            MetricNames.ECE);

    private MetricsTable() {}

    /** A line for each metric, a column for each set; below the main metric its intervals. */
    public static void print(PrintStream out, Map<String, Evaluation> evaluations) {
        List<Metrics> sets =
                evaluations.values().stream().map(Evaluation::metrics).toList();
        Optional<String> main = mainMetric(sets);
        // of classes all micro averages are the accuracy
        boolean classes =
                sets.stream().anyMatch(set -> set.value(MetricNames.PRECISION).isPresent());
        out.println(row("", evaluations.keySet().stream()));
        out.println(row("examples", sets.stream().map(set -> Numbers.count((double) set.examples(), SET - 1))));
        for (String name : SHOWN) {
            boolean repeated = classes && name.equals(MetricNames.F1_MICRO);
            if (!repeated && sets.stream().anyMatch(set -> set.value(name).isPresent())) {
                out.println(row(name, sets.stream().map(set -> number(set.value(name)))));
            }
            if (main.filter(name::equals).isPresent()
                    && sets.stream().anyMatch(set -> set.interval(name).isPresent())) {
                out.println(row("  95 %", sets.stream().map(set -> interval(set.interval(name)))));
            }
        }
    }

    private static Optional<String> mainMetric(Collection<Metrics> sets) {
        return Stream.of(MetricNames.RMSE, MetricNames.HAMMING_LOSS, MetricNames.ACCURACY)
                .filter(name -> sets.stream().anyMatch(set -> set.value(name).isPresent()))
                .findFirst()
                .map(name -> name.equals(MetricNames.RMSE)
                        ? MetricNames.R2
                        : name.equals(MetricNames.HAMMING_LOSS) ? MetricNames.F1_MICRO : name);
    }

    /** A line for each slice, those with the largest errors first. */
    public static void print(PrintStream out, Slices slices) {
        String error = Stream.of(MetricNames.RMSE, MetricNames.HAMMING_LOSS)
                .filter(name -> slices.values().values().stream()
                        .anyMatch(of -> of.value(name).isPresent()))
                .findFirst()
                .orElse(MetricNames.ERROR);
        String beside =
                switch (error) {
                    case MetricNames.RMSE -> MetricNames.R2;
                    case MetricNames.HAMMING_LOSS -> MetricNames.F1_MICRO;
                    default -> MetricNames.LOSS;
                };
        out.println(sliceRow(slices.column(), "examples", error, "95 %", beside));
        slices.values().entrySet().stream()
                .sorted(Comparator.comparing(
                        entry -> entry.getValue().value(error).orElse(-1), Comparator.reverseOrder()))
                .forEach(entry -> {
                    Metrics of = entry.getValue();
                    out.println(sliceRow(
                            entry.getKey(),
                            Numbers.count((double) of.examples(), NUMBER),
                            number(of.value(error)),
                            interval(of.interval(error)),
                            number(of.value(beside))));
                });
    }

    private static String sliceRow(String name, String examples, String error, String interval, String beside) {
        String line = Printable.line(name);
        int characters = line.codePointCount(0, line.length());
        String cut = characters <= SLICE ? line : line.substring(0, line.offsetByCodePoints(0, SLICE - 1)) + "…";
        return cut
                + " ".repeat(SLICE - Math.min(SLICE, characters))
                + String.format(Locale.ROOT, "%11s %12s %17s %11s", examples, error, interval, beside);
    }

    private static String row(String name, Stream<String> cells) {
        return String.format(Locale.ROOT, "%-12s", name)
                + cells.map(cell -> String.format(Locale.ROOT, "%" + SET + "s", cell))
                        .collect(Collectors.joining());
    }

    private static String number(OptionalDouble value) {
        if (value.isEmpty()) {
            return "-";
        }
        double number = value.getAsDouble();
        return Math.abs(number) >= 1000 ? Numbers.count(number, NUMBER) : Numbers.compact(number, NUMBER);
    }

    private static String interval(Optional<Interval> interval) {
        return interval.map(of -> "[" + bound(of.low()) + ", " + bound(of.high()) + "]")
                .orElse("-");
    }

    private static String bound(double value) {
        for (int digits = 4; digits >= 0; digits--) {
            String text = String.format(Locale.ROOT, "%." + digits + "f", value);
            if (text.length() <= BOUND) {
                return text;
            }
        }
        return Numbers.compact(value, BOUND);
    }
}
