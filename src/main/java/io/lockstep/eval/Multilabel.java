package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The evaluation of labels that are there or not.
 *
 * @param labels the metrics of each label, by its name
 */
public record Multilabel(Metrics metrics, Map<String, Metrics> labels, Optional<Slices> slices) implements Evaluation {

    public Multilabel {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    @Override
    public Multilabel with(Slices added) {
        return new Multilabel(metrics, labels, Optional.of(added));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = metrics.json();
        json.put(Regression.LABELS, Slices.json(labels));
        slices.ifPresent(of -> json.put(Regression.SLICES, of.json()));
        return json;
    }

    static Multilabel read(JsonField json) {
        return new Multilabel(
                Metrics.read(json, Set.of(Regression.LABELS, Regression.SLICES)),
                json.has(Regression.LABELS) ? Slices.readMetrics(json.field(Regression.LABELS)) : Map.of(),
                Regression.readSlices(json));
    }
}
