package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Axis;
import io.lockstep.report.document.Block.Bars;
import io.lockstep.report.document.Block.Line;
import io.lockstep.report.document.Block.LineChart;
import io.lockstep.report.document.Block.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether probabilities hold what they promise. */
final class CalibrationSection {
    private CalibrationSection() {}

    static Optional<Section> of(ModelResults results) {
        List<Line> lines = new ArrayList<>();
        for (SetResult set : results.sets()) {
            List<List<Double>> points = new ArrayList<>();
            set.metrics().path("calibration").forEach(bin -> {
                if (bin.path("examples").asLong() > 0 && bin.path("confidence").isNumber()) {
                    points.add(List.of(
                            Figures.charted(bin.path("confidence").doubleValue()),
                            Figures.charted(bin.path("frequency").doubleValue())));
                }
            });
            if (!points.isEmpty()) {
                lines.add(new Line(set.title().toLowerCase(Locale.ROOT), Look.of(set.name()), points));
            }
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        lines.add(new Line("perfect", Look.of("reference"), List.of(List.of(0.0, 0.0), List.of(1.0, 1.0))));
        List<Block> blocks = new ArrayList<>();
        blocks.add(new LineChart(
                "Promised and kept",
                reading(results.description().classes()),
                Axis.wholeShare("probability"),
                Axis.wholeShare("share that came true"),
                lines,
                List.of()));
        results.judged().flatMap(CalibrationSection::histogram).ifPresent(blocks::add);
        String error = results.judged()
                .filter(set -> set.value(Metric.ECE).isPresent())
                .map(set -> "On the " + set.inWords() + " rows probabilities are off by "
                        + Figures.percent(set.value(Metric.ECE).getAsDouble()) + " on average (ECE).")
                .orElse("");
        return Optional.of(new Section("calibration", "Calibration", error, blocks));
    }

    private static String reading(List<String> classes) {
        return classes.size() == 2
                ? "Rows to which the model gave a probability near x of being " + classes.get(1)
                        + " were it in y of the cases. Points on the dashed line are probabilities to rely on."
                : "Rows whose predicted class was given a probability near x were right in y of the cases. Below the dashed"
                        + " line the model is too sure of itself, above it too modest.";
    }

    private static Optional<Block> histogram(SetResult set) {
        List<String> categories = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (JsonNode bin : set.metrics().path("calibration")) {
            categories.add(
                    Figures.range(bin.path("from").asDouble(), bin.path("to").asDouble()));
            values.add(bin.path("examples").asDouble());
        }
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(new Block.BarChart(
                        "How sure it is",
                        "Rows by probability. Points of the other chart with few rows behind them mean little.",
                        Axis.linear("probability"),
                        Axis.linear(set.inWords() + " rows"),
                        Block.Arrangement.HISTOGRAM,
                        categories,
                        List.of(new Bars("rows", Look.of(set.name()), values))));
    }
}
