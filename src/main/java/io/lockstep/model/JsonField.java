package io.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.error.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A value in a JSON file that knows its path, so that a fault names it.
 *
 * @param file for messages
 * @param path e.g. {@code network.layers[2].dense}; empty for the root
 */
record JsonField(String file, String path, JsonNode node) {

    /** The field {@code name} of this object. */
    JsonField field(String name) {
        requireObject();
        JsonNode value = node.get(name);
        if (value == null) {
            throw fault(below(name), "is missing");
        }
        return new JsonField(file, below(name), value);
    }

    boolean has(String name) {
        requireObject();
        return node.has(name);
    }

    /** Refuses fields of other names: what this version does not understand could change what the model predicts. */
    JsonField only(String... names) {
        requireObject();
        for (Iterator<String> found = node.fieldNames(); found.hasNext(); ) {
            String name = found.next();
            if (!Arrays.asList(names).contains(name)) {
                throw fault(below(name), "is unknown, expected only " + String.join(", ", names));
            }
        }
        return this;
    }

    String text() {
        if (!node.isTextual()) {
            throw expected("a string");
        }
        return node.textValue();
    }

    boolean bool() {
        if (!node.isBoolean()) {
            throw expected("true or false");
        }
        return node.booleanValue();
    }

    int integer() {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw expected("an integer of 32 bits");
        }
        return node.intValue();
    }

    double number() {
        if (!node.isNumber()) {
            throw expected("a number");
        }
        return node.doubleValue();
    }

    double[] numbers() {
        requireList();
        double[] numbers = new double[node.size()];
        for (int i = 0; i < numbers.length; i++) {
            JsonNode element = node.get(i);
            numbers[i] = element.isNumber() ? element.doubleValue() : element(i).number();
        }
        return numbers;
    }

    List<JsonField> elements() {
        requireList();
        List<JsonField> elements = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            elements.add(element(i));
        }
        return elements;
    }

    List<String> texts() {
        return elements().stream().map(JsonField::text).toList();
    }

    /** The strings of a list, or the one string that stands for it. */
    List<String> textOrTexts() {
        return node.isArray() ? texts() : List.of(text());
    }

    /** The numbers of a list, or the one number that stands for it. */
    List<Double> numberOrNumbers() {
        return node.isArray() ? Arrays.stream(numbers()).boxed().toList() : List.of(number());
    }

    /** The constant of that name in small letters. */
    <E extends Enum<E>> E choice(Class<E> type) {
        String found = text();
        List<String> known = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String name = constant.name().toLowerCase(Locale.ROOT);
            if (name.equals(found)) {
                return constant;
            }
            known.add(name);
        }
        throw expected("one of " + String.join(", ", known));
    }

    /** What {@code build} makes; where it refuses its arguments, the fault is this value's. */
    <T> T build(Supplier<T> build) {
        try {
            return build.get();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new DataException(where(path) + ": " + e.getMessage(), e);
        }
    }

    DataException expected(String what) {
        String text = node.toString();
        return fault(path, "expected " + what + ", found " + (text.length() > 60 ? text.substring(0, 60) + "…" : text));
    }

    private JsonField element(int index) {
        return new JsonField(file, path + "[" + index + "]", node.get(index));
    }

    private void requireObject() {
        if (!node.isObject()) {
            throw expected("an object");
        }
    }

    private void requireList() {
        if (!node.isArray()) {
            throw expected("a list");
        }
    }

    private String below(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private String where(String place) {
        return place.isEmpty() ? file : file + ": " + place;
    }

    private DataException fault(String place, String what) {
        return new DataException(where(place) + ": " + what);
    }
}
