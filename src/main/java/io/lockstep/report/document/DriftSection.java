package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the features of other sets lie beside those that the model learnt from. */
final class DriftSection {
    /** Columns of a set; the others lie nearer. */
    private static final int MOST = 10;

    private DriftSection() {}

    static Optional<Section> of(ModelResults results) {
        List<Block> blocks = new ArrayList<>();
        results.metrics().path("drift").properties().forEach(entry -> {
            JsonNode drift = entry.getValue();
            List<String> sentences = new ArrayList<>();
            sentences.add("Of " + Figures.count(drift.path("compared").asLong()) + " columns "
                    + Figures.count(drift.path("shifted").asLong()) + " of the " + entry.getKey()
                    + " set lie elsewhere than train's.");
            apart(drift.path("told_apart")).ifPresent(sentences::add);
            blocks.add(new Block.Prose(sentences));
            blocks.add(table(entry.getKey(), drift.path("columns")));
        });
        return blocks.isEmpty()
                ? Optional.empty()
                : Optional.of(new Section(
                        "drift",
                        "Drift",
                        "How the features lie beside train's. A population stability index (PSI) below 0.1 is little, from"
                                + " 0.25 on much; the Kolmogorov-Smirnov distance (KS) is the widest gap between the two"
                                + " distributions.",
                        blocks));
    }

    private static Optional<String> apart(JsonNode found) {
        if (!found.isObject()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        found.path("columns")
                .properties()
                .forEach(of -> names.add(
                        of.getKey() + " (" + Figures.percent(of.getValue().asDouble()) + ")"));
        return Optional.of("A classifier tells unseen rows of both apart with an AUC of "
                + Figures.number(found.path("auc").asDouble()) + ", where 0.5 is guessing"
                + (names.isEmpty() ? "." : ", by " + String.join(", ", names) + "."));
    }

    private static Block table(String set, JsonNode columns) {
        List<List<Cell>> rows = new ArrayList<>();
        for (JsonNode column : columns) {
            if (rows.size() < MOST) {
                rows.add(List.of(
                        Cell.of(column.path("column").asText()),
                        Cell.of(Figures.number(column.path("psi").asDouble())),
                        Cell.of(Figures.number(column.path("ks").asDouble())),
                        Cell.of(column.path("shifted").asBoolean() ? "yes" : "no"),
                        Cell.of(column.path("description").asText())));
            }
        }
        return new Block.Table(
                "Columns of " + set + " that lie farthest off",
                List.of(
                        Column.text("Column"),
                        Column.number("PSI"),
                        Column.number("KS"),
                        Column.text("Shifted"),
                        Column.text("Change")),
                rows);
    }
}
