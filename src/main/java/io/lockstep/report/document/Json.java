package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What may be in a JSON tree, and what may not. */
final class Json {
    private Json() {}

    static OptionalDouble number(JsonNode object, String name) {
        JsonNode value = object.path(name);
        return value.isNumber() ? OptionalDouble.of(value.doubleValue()) : OptionalDouble.empty();
    }

    /** The texts of an array; empty where there is none. */
    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    /** An array of points; what is no pair of numbers is left out. */
    static List<List<Double>> pairs(JsonNode array) {
        List<List<Double>> pairs = new ArrayList<>();
        array.forEach(pair -> {
            if (pair.size() == 2 && pair.path(0).isNumber() && pair.path(1).isNumber()) {
                pairs.add(List.of(
                        Figures.charted(pair.get(0).doubleValue()),
                        Figures.charted(pair.get(1).doubleValue())));
            }
        });
        return pairs;
    }
}
