package io.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.eval.Classification;
import io.lockstep.eval.Evaluation;
import io.lockstep.eval.Interval;
import io.lockstep.eval.Metrics;
import io.lockstep.eval.Multilabel;
import io.lockstep.eval.Regression;
import io.lockstep.eval.Slices;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsTableTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static Metrics metrics(Map<String, Double> values, Map<String, Interval> intervals) {
        return new Metrics(1_234_567_890L, values, intervals);
    }

    private static Evaluation classification(Map<String, Double> values, Map<String, Interval> intervals) {
        return new Classification(
                metrics(values, intervals), Map.of(), List.of(), List.of(), List.of(), List.of(), Optional.empty());
    }

    private static Evaluation regression(double r2, Interval interval) {
        return new Regression(
                metrics(Map.of("rmse", 123_456_789_012.0, "mae", 1.5, "r2", r2), Map.of("r2", interval)),
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }

    @Test
    void fourSetsFitEightyColumns() {
        Map<String, Evaluation> sets = new LinkedHashMap<>();
        for (String set : List.of("train", "train_dev", "dev", "test")) {
            Map<String, Double> values = new LinkedHashMap<>(Map.of(
                    "loss", 0.12345, "accuracy", 0.97531, "precision", 0.5, "f1_micro", 0.97531, "log_loss", 0.12345));
            if (!set.equals("test")) {
                values.put("auc", 0.97531);
            }
            sets.put(set, classification(values, Map.of("accuracy", new Interval(0.96123, 1))));
        }
        MetricsTable.print(out, sets);
        assertThat(lines())
                .containsExactly(
                        "                        train        train_dev              dev             test",
                        "examples        1,234,567,890    1,234,567,890    1,234,567,890    1,234,567,890",
                        "loss                   0.1235           0.1235           0.1235           0.1235",
                        "accuracy               0.9753           0.9753           0.9753           0.9753",
                        "  95 %       [0.9612, 1.0000] [0.9612, 1.0000] [0.9612, 1.0000] [0.9612, 1.0000]",
                        "precision              0.5000           0.5000           0.5000           0.5000",
                        "auc                    0.9753           0.9753           0.9753                -");
    }

    @Test
    void theMainMetricOfOtherTasksHasItsIntervalToo() {
        MetricsTable.print(out, Map.of("data", regression(-1_005_154_655.7, new Interval(-3.14e9, -0.25))));
        assertThat(lines())
                .containsExactly(
                        "                         data",
                        "examples        1,234,567,890",
                        "rmse                1.235e+11",
                        "mae                    1.5000",
                        "r2                 -1.005e+09",
                        "  95 %       [-3e+09, -0.250]");
        bytes.reset();
        MetricsTable.print(
                out,
                Map.of(
                        "data",
                        new Multilabel(
                                metrics(
                                        Map.of("accuracy", 0.5, "hamming_loss", 0.25, "f1_micro", 0.75),
                                        Map.of("accuracy", new Interval(0, 1), "f1_micro", new Interval(0.5, 0.875))),
                                Map.of(),
                                Optional.empty())));
        assertThat(lines().subList(2, 6))
                .containsExactly(
                        "accuracy               0.5000",
                        "hamming_loss           0.2500",
                        "f1_micro               0.7500",
                        "  95 %       [0.5000, 0.8750]");
    }

    @Test
    void theWorstSliceComesFirstAndNoNameBreaksTheTable() {
        Map<String, Metrics> values = new LinkedHashMap<>();
        values.put(
                "good", new Metrics(12, Map.of("error", 0.01, "loss", 0.1), Map.of("error", new Interval(0, 0.0333))));
        values.put("weightless", new Metrics(3, Map.of()));
        values.put(
                "a name \u001B[2J of more than twenty-six characters",
                new Metrics(9, Map.of("error", 0.5, "loss", 12345.6)));
        MetricsTable.print(out, new Slices("kind", values));
        assertThat(lines())
                .containsExactly(
                        "kind                         examples        error              95 %        loss",
                        "a name \\u001B[2J of more …          9       0.5000                 -      12,346",
                        "good                               12       0.0100  [0.0000, 0.0333]      0.1000",
                        "weightless                          3            -                 -           -");
    }
}
