package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Which classes are taken for which. */
final class MistakesSection {
    /** Classes up to which the matrix is shown whole. */
    private static final int MOST_SHOWN = 30;

    private static final int MOST_PAIRS = 10;
    private static final int MOST_CLASSES = 50;

    private MistakesSection() {}

    private record Pair(String observed, String predicted, long count, long ofObserved) {}

    static Optional<Section> of(ModelResults results) {
        List<String> classes = results.description().classes();
        return results.judged().flatMap(set -> {
            List<List<Long>> counts = counts(set.metrics().path("confusion"), classes.size());
            List<Block> blocks = new ArrayList<>();
            if (!counts.isEmpty()) {
                if (classes.size() <= MOST_SHOWN) {
                    blocks.add(new Block.Confusion(
                            "Confusion matrix: rows are what was observed, columns what was predicted",
                            classes,
                            counts));
                }
                pairs(classes, counts).ifPresent(blocks::add);
            }
            byClass(classes, set).ifPresent(blocks::add);
            return blocks.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Section(
                            "mistakes",
                            "Classes and mistakes",
                            "Of the " + set.inWords() + " rows."
                                    + (blocks.get(0) instanceof Block.Confusion
                                            ? " On the diagonal stands what is right; the darker a field beside it, the"
                                                    + " larger the share of its row that went wrong there."
                                            : ""),
                            blocks));
        });
    }

    private static List<List<Long>> counts(JsonNode confusion, int classes) {
        if (confusion.size() != classes) {
            return List.of();
        }
        return StreamSupport.stream(confusion.spliterator(), false)
                .map(row -> StreamSupport.stream(row.spliterator(), false)
                        .map(JsonNode::asLong)
                        .toList())
                .toList();
    }

    private static Optional<Block> pairs(List<String> classes, List<List<Long>> counts) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            long all = counts.get(i).stream().mapToLong(Long::longValue).sum();
            for (int j = 0; j < classes.size(); j++) {
                long count = counts.get(i).get(j);
                if (i != j && count > 0) {
                    pairs.add(new Pair(classes.get(i), classes.get(j), count, all));
                }
            }
        }
        if (pairs.isEmpty() || classes.size() == 2) {
            return Optional.empty();
        }
        pairs.sort(Comparator.comparingLong(Pair::count).reversed());
        List<List<Cell>> rows = pairs.stream()
                .limit(MOST_PAIRS)
                .map(pair -> List.of(
                        Cell.of(pair.observed()),
                        Cell.of(pair.predicted()),
                        Cell.of(Figures.count(pair.count())),
                        Cell.of(Figures.percent((double) pair.count() / pair.ofObserved()))))
                .toList();
        return Optional.of(new Block.Table(
                "Most frequent mistakes",
                List.of(
                        Column.text("Observed"),
                        Column.text("Predicted"),
                        Column.number("Rows"),
                        Column.number("Of its class")),
                rows));
    }

    private static Optional<Block> byClass(List<String> classes, SetResult set) {
        JsonNode metrics = set.metrics().path("classes");
        List<SetResult> known = classes.stream()
                .filter(metrics::has)
                .map(name -> new SetResult(name, metrics.get(name)))
                .toList();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        List<Metric> shown = List.of(Metric.PRECISION, Metric.RECALL, Metric.F1, Metric.AUC, Metric.AUC_PR).stream()
                .filter(metric ->
                        known.stream().anyMatch(one -> one.value(metric).isPresent()))
                .toList();
        List<Column> columns = new ArrayList<>(List.of(Column.text("Class"), Column.number("Rows")));
        shown.forEach(metric -> columns.add(Column.number(metric.title().replace(", weighted by class", ""))));
        List<SetResult> listed = known;
        String caption = "Each class";
        if (known.size() > MOST_CLASSES) {
            listed = known.stream()
                    .sorted(Comparator.comparingDouble(
                            one -> one.value(Metric.F1).orElse(0)))
                    .limit(MOST_CLASSES)
                    .toList();
            caption = "The " + MOST_CLASSES + " classes of " + known.size() + " with the lowest F1";
        }
        List<List<Cell>> rows = listed.stream()
                .map(one -> {
                    List<Cell> row =
                            new ArrayList<>(List.of(Cell.of(one.name()), Cell.of(Figures.count(one.examples()))));
                    shown.forEach(metric -> row.add(one.cell(metric)));
                    return List.copyOf(row);
                })
                .toList();
        return Optional.of(new Block.Table(caption, columns, rows));
    }
}
