package io.lockstep.model;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import java.io.IOException;
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
public record JsonField(String file, String path, JsonNode node) {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    /**
     * The root of a file.
     *
     * @throws DataException if {@code json} is no JSON
     */
    public static JsonField root(byte[] json, String file) {
        try {
            return new JsonField(file, "", MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new DataException(file + ": not valid JSON" + where + ": " + Reason.of(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new DataException(file + ": not valid JSON: " + Reason.of(e), e);
        }
    }

    /** The field {@code name} of this object. */
    public JsonField field(String name) {
        requireObject();
        JsonNode value = node.get(name);
        if (value == null) {
            throw fault(below(name), "is missing");
        }
        return new JsonField(file, below(name), value);
    }

    /** Whether there is a field {@code name}. */
    public boolean has(String name) {
        requireObject();
        return node.has(name);
    }

    /** The names of this object's fields. */
    public List<String> names() {
        requireObject();
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Refuses fields of other names: what this version does not understand could change what the model predicts. */
    public JsonField only(String... names) {
        requireObject();
        for (Iterator<String> found = node.fieldNames(); found.hasNext(); ) {
            String name = found.next();
            if (!Arrays.asList(names).contains(name)) {
                throw fault(below(name), "is unknown, expected only " + String.join(", ", names));
            }
        }
        return this;
    }

    /** A string, which must be one; as all below, else a {@link DataException}. */
    public String text() {
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

    /** An integer of 32 bits. */
    public int integer() {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw expected("an integer of 32 bits");
        }
        return node.intValue();
    }

    /** A finite number. */
    public double number() {
        if (!node.isNumber()) {
            throw expected("a number");
        }
        return node.doubleValue();
    }

    /** A number that need not be finite: those that are not, JSON has as strings. */
    public double anyNumber() {
        return switch (node.isTextual() ? node.textValue() : "") {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> number();
        };
    }

    /** An integer of 64 bits. */
    public long longInteger() {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw expected("an integer of 64 bits");
        }
        return node.longValue();
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

    /** The elements of a list. */
    public List<JsonField> elements() {
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
    public <E extends Enum<E>> E choice(Class<E> type) {
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
    public <T> T build(Supplier<T> build) {
        try {
            return build.get();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new DataException(where(path) + ": " + e.getMessage(), e);
        }
    }

    DataException expected(String what) {
        String text = node.toString();
        return fault(
                path,
                "expected " + what + ", found "
                        + (text.isEmpty() ? "nothing" : text.length() > 60 ? text.substring(0, 60) + "…" : text));
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
