package io.lockstep.eval;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.config.EvaluationMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Two models on the same rows.
 *
 * @param metric that they are compared by
 * @param examples how many rows
 * @param champion the metric of the one in use
 * @param challenger of the other one
 * @param gain by how much the challenger is better, whichever way is better for the metric
 * @param low of the 95 % interval of the gain, by a paired bootstrap
 * @param high likewise
 * @param test what p is of
 * @param p how probable a difference at least as large is, in either direction, if the two were equally good
 * @param discordant rows that only one of them has right, where rows are right or wrong
 */
public record Comparison(
        EvaluationMetric metric,
        long examples,
        double champion,
        double challenger,
        double gain,
        double low,
        double high,
        Test test,
        double p,
        Optional<Discordant> discordant) {

    /** A paired test. */
    public enum Test {
        /** Exact binomial. */
        MCNEMAR_EXACT("McNemar's test, exact"),
        /** χ² with continuity correction. */
        MCNEMAR_CHI_SQUARE("McNemar's test, chi-square"),
        PAIRED_BOOTSTRAP("paired bootstrap");

        private final String text;

        Test(String text) {
            this.text = text;
        }

        String configName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Rows that only one of two models has right. */
    public record Discordant(long champion, long challenger) {}

    /** It all in words, with these names for the two. */
    public String sentence(String championName, String challengerName) {
        String counts = discordant
                .map(each -> String.format(
                        Locale.ROOT,
                        ", only the challenger right on %,d rows and only the champion on %,d",
                        each.challenger(),
                        each.champion()))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "On %,d test rows the %s of the %s is %s, of the %s %s: a gain of %s (95 %%: %s to %s)%s; p = %s (%s).",
                examples,
                metric.configName(),
                championName,
                number(champion),
                challengerName,
                number(challenger),
                signed(gain),
                signed(low),
                signed(high),
                counts,
                p < 0.0001 ? String.format(Locale.ROOT, "%.1e", p) : String.format(Locale.ROOT, "%.4f", p),
                test.text);
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size != 0 && (size < 0.001 || size >= 1e6) ? "%.4g" : "%.4f", value);
    }

    private static String signed(double value) {
        return (value > 0 ? "+" : "") + number(value);
    }

    /** As JSON. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("metric", metric.configName());
        json.put("examples", examples);
        json.put("champion", champion);
        json.put("challenger", challenger);
        json.put("gain", gain);
        json.put("interval", List.of(low, high));
        json.put("test", test.configName());
        json.put("p", p);
        discordant.ifPresent(each -> json.put(
                "discordant",
                Map.of("only_champion_right", each.champion(), "only_challenger_right", each.challenger())));
        return json;
    }

    /**
     * From what {@link #json} made.
     *
     * @throws IllegalArgumentException if there is another metric or test in it
     */
    public static Comparison parse(JsonNode json) {
        JsonNode discordant = json.path("discordant");
        return new Comparison(
                EvaluationMetric.valueOf(json.path("metric").asText().toUpperCase(Locale.ROOT)),
                json.path("examples").asLong(),
                json.path("champion").asDouble(),
                json.path("challenger").asDouble(),
                json.path("gain").asDouble(),
                json.path("interval").path(0).asDouble(),
                json.path("interval").path(1).asDouble(),
                Test.valueOf(json.path("test").asText().toUpperCase(Locale.ROOT)),
                json.path("p").asDouble(),
                discordant.isObject()
                        ? Optional.of(new Discordant(
                                discordant.path("only_champion_right").asLong(),
                                discordant.path("only_challenger_right").asLong()))
                        : Optional.empty());
    }
}
