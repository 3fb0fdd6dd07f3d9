package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The evaluation of a regression.
 *
 * @param residuals of a single output
 * @param outputs of several outputs what each has, by its label; else empty
 */
public record Regression(
        Metrics metrics, Optional<Residuals> residuals, Map<String, Output> outputs, Optional<Slices> slices)
        implements Evaluation {
    static final String LABELS = "labels";
    static final String SLICES = "slices";
    private static final String RESIDUALS = "residuals";

    public Regression {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /** One of several outputs. */
    public record Output(Metrics metrics, Optional<Residuals> residuals) {
        Map<String, Object> json() {
            Map<String, Object> json = metrics.json();
            residuals.ifPresent(of -> json.put(RESIDUALS, of.json()));
            return json;
        }

        static Output read(JsonField json) {
            return new Output(Metrics.read(json, Set.of(RESIDUALS)), readResiduals(json));
        }
    }

    @Override
    public Regression with(Slices added) {
        return new Regression(metrics, residuals, outputs, Optional.of(added));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = metrics.json();
        residuals.ifPresent(of -> json.put(RESIDUALS, of.json()));
        if (!outputs.isEmpty()) {
            Map<String, Object> labels = new LinkedHashMap<>();
            outputs.forEach((label, of) -> labels.put(label, of.json()));
            json.put(LABELS, labels);
        }
        slices.ifPresent(of -> json.put(SLICES, of.json()));
        return json;
    }

    static Regression read(JsonField json) {
        Map<String, Output> outputs = new LinkedHashMap<>();
        if (json.has(LABELS)) {
            JsonField labels = json.field(LABELS);
            labels.names().forEach(label -> outputs.put(label, Output.read(labels.field(label))));
        }
        return new Regression(
                Metrics.read(json, Set.of(LABELS, SLICES, RESIDUALS)), readResiduals(json), outputs, readSlices(json));
    }

    private static Optional<Residuals> readResiduals(JsonField json) {
        return json.has(RESIDUALS) ? Optional.of(Residuals.read(json.field(RESIDUALS))) : Optional.empty();
    }

    static Optional<Slices> readSlices(JsonField json) {
        return json.has(SLICES) ? Optional.of(Slices.read(json.field(SLICES))) : Optional.empty();
    }
}
