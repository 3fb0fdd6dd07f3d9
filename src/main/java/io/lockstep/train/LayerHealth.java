package io.lockstep.train;

import io.lockstep.nn.LayerActivity;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A layer after an epoch.
 *
 * @param activity what it did with the probe's examples
 * @param name in words, e.g. {@code layer 2 (dense 100, relu)}
 * @param update ‖Δθ[l]‖ since the epoch before; 0 before the first one
 */
public record LayerHealth(LayerActivity activity, String name, double update) {

    /** For {@code metrics.json}: numbers by name; those that are not finite are left out, as JSON has none. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("layer", activity.layer());
        json.put("units", activity.units());
        putFinite(json, "activation_rms", activity.activation());
        putFinite(json, "signal_norm", activity.signal());
        putFinite(json, "gradient_norm", activity.gradient());
        putFinite(json, "weight_norm", activity.weights());
        putFinite(json, "gradient_to_weight", activity.gradient() / activity.weights());
        putFinite(json, "update_norm", update);
        putFinite(json, "update_to_weight", update / activity.weights());
        activity.dead().ifPresent(dead -> json.put("dead_share", (double) dead / activity.units()));
        activity.saturated().ifPresent(units -> json.put("saturated_share", (double) units / activity.units()));
        return json;
    }

    private static void putFinite(Map<String, Object> json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        }
    }
}
