package io.lockstep.report.document;

import io.lockstep.config.ConfigWriter;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the model was made of, and with what. */
final class OriginSection {
    private static final Map<String, String> PARTS = Map.of(
            "lockstep",
            "Lockstep",
            "spark",
            "Spark",
            "java",
            "Java",
            "blas",
            "BLAS",
            "cpu",
            "Processor",
            "os",
            "System");

    private OriginSection() {}

    /** What computes, in words. */
    static String part(String name) {
        return PARTS.getOrDefault(name, name);
    }

    static Optional<Section> of(ModelResults results) {
        Map<String, Object> lineage = results.description().lineage();
        List<Block> blocks = new ArrayList<>();
        sets(lineage).ifPresent(blocks::add);
        blocks.add(facts(results, lineage));
        if (lineage.get("config") instanceof Map<?, ?> config) {
            blocks.add(new Block.Code(
                    "The whole config, with every default but those that are null", ConfigWriter.yaml(config)));
        }
        return Optional.of(new Section(
                "origin",
                "Config and lineage",
                "The same rows, config and seed on the same kind of processor, BLAS and Java give the same weights, bit for"
                        + " bit. A fingerprint changes with any row of its set, but not with their order or their files.",
                blocks));
    }

    static Optional<Block.Table> sets(Map<String, Object> lineage) {
        if (!(lineage.get("data") instanceof Map<?, ?> sets)) {
            return Optional.empty();
        }
        List<List<Cell>> rows = new ArrayList<>();
        sets.forEach((name, set) -> {
            if (set instanceof Map<?, ?> facts) {
                rows.add(List.of(
                        Cell.of(String.valueOf(name)),
                        Cell.of(
                                facts.get("examples") instanceof Number examples
                                        ? Figures.count(examples.longValue())
                                        : "–"),
                        Cell.of(facts.get("fingerprint") instanceof String text ? text : "–")));
            }
        });
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new Block.Table(
                        "Data",
                        List.of(Column.text("Set"), Column.number("Rows"), Column.number("Fingerprint")),
                        rows));
    }

    private static Block facts(ModelResults results, Map<String, Object> lineage) {
        List<List<Cell>> rows = new ArrayList<>();
        row(rows, "Evaluated on", results.metrics().path("evaluated").asText(null));
        row(rows, "Seed", lineage.get("seed"));
        row(rows, "Shards", lineage.get("shards"));
        if (lineage.get("versions") instanceof Map<?, ?> versions) {
            versions.forEach((part, version) -> row(rows, part(String.valueOf(part)), version));
        }
        String sha256 = results.metrics().path("weights_sha256").asText();
        if (!sha256.isEmpty()) {
            row(rows, "SHA-256 of the weights", sha256);
        }
        return new Block.Table("Made with", List.of(Column.text("What"), Column.text("Value")), rows);
    }

    private static void row(List<List<Cell>> rows, String name, Object value) {
        if (value != null) {
            rows.add(List.of(Cell.of(name), Cell.of(String.valueOf(value))));
        }
    }
}
