package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The metrics of the rows that have one value of a column. */
final class SlicesSection {
    private static final int MOST = 100;

    private SlicesSection() {}

    static Optional<Section> of(ModelResults results) {
        return results.judged().flatMap(set -> {
            JsonNode slices = set.metrics().path("slices");
            String column = slices.path("column").asText();
            List<SetResult> all = new ArrayList<>();
            slices.path("values")
                    .properties()
                    .forEach(entry -> all.add(new SetResult(entry.getKey(), entry.getValue())));
            if (all.isEmpty()) {
                return Optional.empty();
            }
            all.sort(Comparator.comparingLong(SetResult::examples).reversed());
            List<SetResult> shown = all.subList(0, Math.min(MOST, all.size()));
            return Optional.of(new Section(
                    "slices",
                    "By " + column,
                    "Each value's rows for themselves, among the " + set.inWords()
                            + " rows. Intervals that do not overlap are differences that another sample would hardly undo."
                            + (shown.size() < all.size()
                                    ? " Of " + Figures.count(all.size()) + " values the " + MOST
                                            + " with the most rows."
                                    : ""),
                    List.of(table(results, column, shown))));
        });
    }

    private static Block table(ModelResults results, String column, List<SetResult> slices) {
        List<Metric> metrics = Stream.of(Metric.values())
                .filter(metric -> !(results.isClassification() && metric.repeatsAccuracy()))
                .filter(metric ->
                        slices.stream().anyMatch(slice -> slice.value(metric).isPresent()))
                .toList();
        List<Column> columns = new ArrayList<>(List.of(Column.text(column), Column.number("Rows")));
        metrics.forEach(metric -> columns.add(Column.number(metric.title())));
        List<List<Cell>> rows = new ArrayList<>();
        for (SetResult slice : slices) {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(slice.name()), Cell.of(Figures.count(slice.examples()))));
            metrics.forEach(metric -> row.add(slice.cell(metric)));
            rows.add(row);
        }
        return new Block.Table("Metrics by " + column, columns, rows);
    }
}
