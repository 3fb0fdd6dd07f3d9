package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Axis;
import io.lockstep.report.document.Block.Bars;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import io.lockstep.report.document.Block.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** By how much a regression is off, and in which direction. */
final class ResidualsSection {
    private static final Map<String, String> QUANTILES = Map.of(
            "0.01", "1\u00A0%",
            "0.05", "5\u00A0%",
            "0.25", "25\u00A0%",
            "0.5", "half",
            "0.75", "75\u00A0%",
            "0.95", "95\u00A0%",
            "0.99", "99\u00A0%");

    private ResidualsSection() {}

    static Optional<Section> of(ModelResults results) {
        List<SetResult> sets = results.sets().stream()
                .filter(set -> set.metrics().path("residuals").isObject())
                .toList();
        if (sets.isEmpty()) {
            return Optional.empty();
        }
        List<Block> blocks = new ArrayList<>();
        results.judged().flatMap(set -> histogram(results, set)).ifPresent(blocks::add);
        blocks.add(quantiles(sets));
        return Optional.of(new Section(
                "residuals",
                "Residuals",
                "What was observed less what was predicted, in units of " + results.labels()
                        + ". Positive: the model said too little.",
                blocks));
    }

    private static Optional<Block> histogram(ModelResults results, SetResult set) {
        JsonNode histogram = set.metrics().path("residuals").path("histogram");
        JsonNode counts = histogram.path("counts");
        if (counts.isEmpty()) {
            return Optional.empty();
        }
        double from = histogram.path("from").asDouble();
        double width = (histogram.path("to").asDouble() - from) / counts.size();
        List<String> categories = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < counts.size(); i++) {
            categories.add(Figures.number(from + i * width) + " to " + Figures.number(from + (i + 1) * width));
            values.add(counts.get(i).asDouble());
        }
        return Optional.of(new Block.BarChart(
                "How far off",
                "A narrow hill around 0 is good; a hill beside it is a bias. What lies beyond the ends is in the table"
                        + " alone.",
                Axis.linear("observed less predicted " + results.labels()),
                Axis.linear(set.inWords() + " rows"),
                Block.Arrangement.HISTOGRAM,
                categories,
                List.of(new Bars("rows", Look.of(set.name()), values))));
    }

    private static Block quantiles(List<SetResult> sets) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("Of the rows")));
        sets.forEach(set -> columns.add(Column.number(set.title())));
        List<List<Cell>> rows = new ArrayList<>();
        List<Cell> means = new ArrayList<>(List.of(Cell.of("mean")));
        sets.forEach(set -> means.add(cell(set.metrics().path("residuals").path("mean"))));
        rows.add(means);
        List.of("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99").forEach(quantile -> {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(QUANTILES.get(quantile) + " lie below")));
            sets.forEach(set -> row.add(
                    cell(set.metrics().path("residuals").path("quantiles").path(quantile))));
            rows.add(row);
        });
        return new Block.Table("Residuals of each set", columns, rows);
    }

    private static Cell cell(JsonNode value) {
        return Cell.of(value.isNumber() ? Figures.number(value.doubleValue()) : "–");
    }
}
