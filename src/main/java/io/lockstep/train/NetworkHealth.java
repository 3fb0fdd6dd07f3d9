package io.lockstep.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a network does with a fixed sample of training examples, without dropout.
 *
 * @param examples how many they are
 * @param loss their mean loss, without regularization
 * @param layers from the first to the last
 */
public record NetworkHealth(int examples, double loss, List<LayerHealth> layers) {

    public NetworkHealth {
        layers = List.copyOf(layers);
    }

    /** For {@code metrics.json}. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("examples", examples);
        if (Double.isFinite(loss)) {
            json.put("loss", loss);
        }
        json.put("layers", layers.stream().map(LayerHealth::json).toList());
        return json;
    }
}
