package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The numbers that judge some examples: all of a set, those of a class, a label or a slice.
 *
 * @param examples how many, each once whatever it weighs
 * @param values by the names of {@code metrics.json}, in its order; what the examples do not define (an auc where a class is
 *     missing) is not in it, so all are finite
 * @param intervals 95 % intervals of some of them, by the same names
 */
public record Metrics(long examples, Map<String, Double> values, Map<String, Interval> intervals) {
    private static final String EXAMPLES = "examples";
    private static final String INTERVALS = "intervals";

    public Metrics {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        intervals = Collections.unmodifiableMap(new LinkedHashMap<>(intervals));
        values.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(name + " is " + value + ", which no set defines");
            }
        });
    }

    /** Without intervals. */
    public Metrics(long examples, Map<String, Double> values) {
        this(examples, values, Map.of());
    }

    /** The value of a metric; empty where the examples do not define it. */
    public OptionalDouble value(String name) {
        Double value = values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The interval of a metric. */
    public Optional<Interval> interval(String name) {
        return Optional.ofNullable(intervals.get(name));
    }

    /** {@code examples}, the values, and {@code intervals} if there are any. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(EXAMPLES, examples);
        json.putAll(values);
        if (!intervals.isEmpty()) {
            Map<String, Object> bounds = new LinkedHashMap<>();
            intervals.forEach((name, interval) -> bounds.put(name, List.of(interval.low(), interval.high())));
            json.put(INTERVALS, bounds);
        }
        return json;
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @param others fields of the same object that are no metrics
     * @throws io.lockstep.error.DataException if it is none
     */
    static Metrics read(JsonField json, Set<String> others) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (String name : json.names()) {
            if (!name.equals(EXAMPLES) && !name.equals(INTERVALS) && !others.contains(name)) {
                values.put(name, json.field(name).number());
            }
        }
        Map<String, Interval> intervals = new LinkedHashMap<>();
        if (json.has(INTERVALS)) {
            JsonField bounds = json.field(INTERVALS);
            for (String name : bounds.names()) {
                double[] pair = pair(bounds.field(name));
                intervals.put(name, bounds.field(name).build(() -> new Interval(pair[0], pair[1])));
            }
        }
        return new Metrics(json.field(EXAMPLES).longInteger(), values, intervals);
    }

    /** A list of two numbers. */
    static double[] pair(JsonField json) {
        List<JsonField> pair = json.elements();
        json.build(() -> {
            if (pair.size() != 2) {
                throw new IllegalArgumentException("expected two numbers, found " + pair.size());
            }
            return pair;
        });
        return new double[] {pair.get(0).number(), pair.get(1).number()};
    }
}
