package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What stands between a model and the best there could be, after the notes' "Bias / Variance" and "Basic recipe for deep
 * learning", in words.
 *
 * @param measure the error whose parts these are, by its name
 * @param parts of the error, in the order of the recipe; they add up to the last set's error
 * @param findings what is wrong, in the order in which to go about it; empty where nothing is
 * @param sentences what was found, for a person
 * @param next the things to try, the first one first
 */
public record Diagnosis(
        String measure, List<Part> parts, List<Finding> findings, List<String> sentences, List<String> next) {

    public Diagnosis {
        parts = List.copyOf(parts);
        findings = List.copyOf(findings);
        sentences = List.copyOf(sentences);
        next = List.copyOf(next);
    }

    /** What can be wrong. */
    public enum Finding {
        /** Train error far above {@code training.bayes_error}: the network underfits. */
        HIGH_BIAS,
        /** Unseen rows of the same source do far worse than train's: the network overfits. */
        HIGH_VARIANCE,
        /** Dev's or test's rows come from another distribution than train's. */
        MISMATCH,
        /** Test does far worse than dev, by which epochs and settings were chosen. */
        OVERFITTED_DEV,
        /** A set's labels contradict a model that is sure and right elsewhere. */
        SUSPECT_LABELS;

        /** As in {@code metrics.json}. */
        public String jsonName() {
            return name().toLowerCase(Locale.ROOT);
        }

        String words() {
            return jsonName().replace('_', ' ');
        }
    }

    /**
     * A part of the error.
     *
     * @param name what it is
     * @param from where it begins, such as {@code bayes_error}
     * @param to where it ends, such as {@code train}
     * @param size {@code to}'s error less {@code from}'s
     * @param standardError of {@code size}
     */
    public record Part(String name, String from, String to, double size, double standardError) {
        /** In a normal distribution 1 of 20 lies above so many standard deviations. */
        private static final double ONE_SIDED = 1.645;

        /** Whether it is more than chance. */
        boolean isReal() {
            return size > ONE_SIDED * standardError;
        }

        private static Part read(JsonField json) {
            return new Part(
                    json.field("name").text(),
                    json.field("from").text(),
                    json.field("to").text(),
                    json.field("size").number(),
                    json.field("standard_error").number());
        }

        private Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("name", name);
            json.put("from", from);
            json.put("to", to);
            json.put("size", size);
            json.put("standard_error", standardError);
            return json;
        }
    }

    /** A few words: {@code high bias, high variance}, or that there is neither. */
    public String verdict() {
        return findings.isEmpty()
                ? "neither high bias nor high variance"
                : findings.stream().map(Finding::words).collect(Collectors.joining(", "));
    }

    /** As {@code metrics.json} has it. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("verdict", verdict());
        json.put("findings", findings.stream().map(Finding::jsonName).toList());
        json.put("measure", measure);
        json.put("parts", parts.stream().map(Part::json).toList());
        json.put("sentences", sentences);
        json.put("next", next);
        return json;
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws io.lockstep.error.DataException if it is none
     */
    static Diagnosis read(JsonField json) {
        return new Diagnosis(
                json.field("measure").text(),
                json.field("parts").elements().stream().map(Part::read).toList(),
                json.field("findings").elements().stream()
                        .map(name ->
                                name.build(() -> Finding.valueOf(name.text().toUpperCase(Locale.ROOT))))
                        .toList(),
                texts(json.field("sentences")),
                texts(json.field("next")));
    }

    private static List<String> texts(JsonField json) {
        return json.elements().stream().map(JsonField::text).toList();
    }
}
