package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The metrics of the sets side by side, and of several labels those of each. */
final class ResultsSection {
    private static final int MOST_LABELS = 100;

    private ResultsSection() {}

    static Optional<Section> of(ModelResults results) {
        if (results.sets().isEmpty()) {
            return Optional.empty();
        }
        List<Block> blocks = new ArrayList<>();
        blocks.add(metrics(results));
        results.judged().flatMap(set -> labels(results, set)).ifPresent(blocks::add);
        boolean intervals = results.sets().stream()
                .anyMatch(set -> set.metrics().path("intervals").size() > 0);
        String lead = results.sets().size() > 1
                ? "Train shows what the network learnt, dev what it was chosen by, test how it will do on rows that it has"
                        + " never seen."
                : "";
        return Optional.of(new Section(
                "results",
                "Results",
                lead
                        + (intervals
                                ? " The small figures are 95\u00A0% intervals: another sample of as many rows would"
                                        + " mostly fall there."
                                : ""),
                blocks));
    }

    private static Block metrics(ModelResults results) {
        List<SetResult> sets = results.sets();
        List<Column> columns = new ArrayList<>();
        columns.add(Column.text("Metric"));
        sets.forEach(set -> columns.add(Column.number(set.title())));
        List<List<Cell>> rows = new ArrayList<>();
        rows.add(row(Cell.of("Rows"), sets.stream().map(set -> Cell.of(Figures.count(set.examples())))));
        for (Metric metric : results.shown()) {
            String unit = metric.form() == Metric.Form.UNITS ? "in units of " + results.labels() : "";
            rows.add(row(new Cell(metric.title(), unit), sets.stream().map(set -> set.cell(metric))));
        }
        return new Block.Table("Metrics of each set", columns, rows);
    }

    private static Optional<Block> labels(ModelResults results, SetResult set) {
        JsonNode labels = set.metrics().path("labels");
        List<String> names = results.description().labels().stream()
                .filter(labels::has)
                .limit(MOST_LABELS)
                .toList();
        List<Metric> metrics = Stream.of(Metric.values())
                .filter(metric -> names.stream().anyMatch(name -> Json.number(labels.path(name), metric.key())
                        .isPresent()))
                .toList();
        if (names.isEmpty() || metrics.isEmpty()) {
            return Optional.empty();
        }
        List<Column> columns = new ArrayList<>();
        columns.add(Column.text("Label"));
        metrics.forEach(metric -> columns.add(Column.number(metric.title())));
        List<List<Cell>> rows = names.stream()
                .map(name -> {
                    SetResult label = new SetResult(name, labels.get(name));
                    return row(Cell.of(name), metrics.stream().map(label::cell));
                })
                .toList();
        return Optional.of(new Block.Table("Each label, " + set.inWords() + " rows", columns, rows));
    }

    private static List<Cell> row(Cell name, Stream<Cell> cells) {
        return Stream.concat(Stream.of(name), cells).toList();
    }
}
