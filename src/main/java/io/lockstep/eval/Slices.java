package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The same metrics for each value of a column.
 *
 * @param column its name
 * @param values by value, in the column's order
 */
public record Slices(String column, Map<String, Metrics> values) {

    public Slices {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("column", column);
        json.put("values", json(values));
        return json;
    }

    /** The metrics of each class, label or value, by its name. */
    static Map<String, Object> json(Map<String, Metrics> metrics) {
        Map<String, Object> json = new LinkedHashMap<>();
        metrics.forEach((name, of) -> json.put(name, of.json()));
        return json;
    }

    static Slices read(JsonField json) {
        return new Slices(json.field("column").text(), readMetrics(json.field("values")));
    }

    static Map<String, Metrics> readMetrics(JsonField json) {
        Map<String, Metrics> metrics = new LinkedHashMap<>();
        json.names().forEach(name -> metrics.put(name, Metrics.read(json.field(name), Set.of())));
        return metrics;
    }
}
