package io.lockstep.model;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Free-form JSON values as unmodifiable Java values that equal themselves after writing and reading. */
final class JsonTree {

    private JsonTree() {}

    static Map<String, Object> canonical(Map<?, ?> map, String path) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException(path + ": a key must be a string, found " + key);
            }
            copy.put(name, value(value, path + "." + name));
        });
        return Collections.unmodifiableMap(copy);
    }

    private static Object value(Object value, String path) {
        if (value instanceof String || value instanceof Boolean || value instanceof Long) {
            return value;
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException(path + ": JSON has no " + number);
            }
            return number;
        }
        if (value instanceof BigInteger integer) {
            throw new IllegalArgumentException(path + ": " + integer + " does not fit 64 bits");
        }
        if (value instanceof Map<?, ?> map) {
            return canonical(map, path);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            for (Object element : list) {
                copy.add(value(element, path + "[" + copy.size() + "]"));
            }
            return Collections.unmodifiableList(copy);
        }
        throw new IllegalArgumentException(path + ": expected a string, boolean, integer, number, list or map, found "
                + (value == null ? "null" : value.getClass().getSimpleName()));
    }
}
