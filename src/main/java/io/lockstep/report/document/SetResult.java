package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a model does with one set.
 *
 * @param name in {@code metrics.json}
 * @param metrics by name
 */
record SetResult(String name, JsonNode metrics) {
    private static final Map<String, String> TITLES =
            Map.of("train", "Train", "train_dev", "Train-dev", "dev", "Dev", "test", "Test", "data", "Data");

    /** For a column. */
    String title() {
        return TITLES.getOrDefault(name, name);
    }

    /** In a sentence, e.g. {@code test}. */
    String inWords() {
        return name.equals("train_dev") ? "train-dev" : name.equals("data") ? "given" : name;
    }

    long examples() {
        return metrics.path("examples").asLong();
    }

    OptionalDouble value(Metric metric) {
        return Json.number(metrics, metric.key());
    }

    /** The metric's interval, as text. */
    Optional<String> interval(Metric metric) {
        JsonNode ends = metrics.path("intervals").path(metric.key());
        return ends.size() == 2 && ends.path(0).isNumber() && ends.path(1).isNumber()
                ? Optional.of(metric.text(ends.get(0).doubleValue(), ends.get(1).doubleValue()))
                : Optional.empty();
    }

    /** The metric and its interval for a cell; an empty one where the set does not define it. */
    Block.Cell cell(Metric metric) {
        OptionalDouble value = value(metric);
        return value.isEmpty()
                ? Block.Cell.of("–")
                : new Block.Cell(
                        metric.text(value.getAsDouble()), interval(metric).orElse(""));
    }
}
