package io.lockstep.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.config.RetrainConfig;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.eval.Comparison;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Why a challenger is promoted or not, {@code decision.json} of its directory: it is better by at least
 * {@code retrain.minimum_gain}, and the paired test's p is at most {@code retrain.significance}.
 *
 * @param champion that it was compared with; empty: there was none, or it was not to be compared
 * @param start where its θ began, {@code warm} or {@code scratch}
 * @param sentence it all in words
 */
public record Decision(
        Version version,
        Optional<Version> champion,
        Verdict verdict,
        String start,
        Optional<Comparison> comparison,
        double minimumGain,
        double significance,
        Instant decided,
        String sentence) {
    /** The file in a version's directory. */
    public static final String FILE = "decision.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What becomes of the challenger. */
    public enum Verdict {
        /** There was no champion. */
        FIRST,
        /** It was not to be compared with the champion. */
        UNCOMPARED,
        /** It is better. */
        BETTER,
        /** It is not better enough, or not surely. */
        KEPT;

        /** Whether it becomes champion. */
        public boolean promotes() {
            return this != KEPT;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A challenger that has no champion to beat. */
    public static Decision first(Version version, String start, RetrainConfig rule) {
        return of(
                version,
                Optional.empty(),
                Verdict.FIRST,
                start,
                Optional.empty(),
                rule,
                "Version " + version + " is the first, so it is the champion.");
    }

    /** A challenger that somebody wants in the champion's place without a comparison. */
    public static Decision uncompared(Version version, Version champion, String start, RetrainConfig rule) {
        return of(
                version,
                Optional.of(champion),
                Verdict.UNCOMPARED,
                start,
                Optional.empty(),
                rule,
                "Version " + version + " takes the place of champion " + champion
                        + " without a comparison, as --uncompared says.");
    }

    /** By the rule, after a comparison. */
    public static Decision of(
            Version version, Version champion, String start, Comparison comparison, RetrainConfig rule) {
        double gain = comparison.gain();
        boolean enough = gain > 0 && gain >= rule.minimumGain();
        boolean sure = comparison.p() <= rule.significance();
        String why = !enough
                ? gain > 0
                        ? "the gain is below retrain.minimum_gain, " + number(rule.minimumGain())
                        : gain < 0 ? "it is worse" : "it is no better"
                : !sure
                        ? "a difference like that comes by chance (p above retrain.significance, "
                                + number(rule.significance()) + ")"
                        : (rule.minimumGain() > 0
                                        ? "it is better by at least " + number(rule.minimumGain())
                                        : "it is better")
                                + ", with p at most " + number(rule.significance());
        return of(
                version,
                Optional.of(champion),
                enough && sure ? Verdict.BETTER : Verdict.KEPT,
                start,
                Optional.of(comparison),
                rule,
                comparison.sentence("champion " + champion, "challenger " + version)
                        + (enough && sure
                                ? " The challenger is promoted: " + why + "."
                                : " The champion is kept: " + why + "."));
    }

    private static Decision of(
            Version version,
            Optional<Version> champion,
            Verdict verdict,
            String start,
            Optional<Comparison> comparison,
            RetrainConfig rule,
            String sentence) {
        return new Decision(
                version,
                champion,
                verdict,
                start,
                comparison,
                rule.minimumGain(),
                rule.significance(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                sentence);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
    }

    /** As JSON. */
    public byte[] json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", version.toString());
        champion.ifPresent(each -> json.put("champion", each.toString()));
        json.put("verdict", verdict.text());
        json.put("start", start);
        comparison.ifPresent(each -> json.put("comparison", each.json()));
        json.put("minimum_gain", minimumGain);
        json.put("significance", significance);
        json.put("decided", decided.toString());
        json.put("sentence", sentence);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        } catch (IOException e) {
            throw new IllegalStateException("a decision that is no JSON", e);
        }
    }

    /**
     * Reads the decision on the version at {@code model}.
     *
     * @throws DataException if it cannot be read
     */
    static Optional<Decision> read(FileSystem fs, Path model) {
        Path file = new Path(model, FILE);
        try (InputStream in = fs.open(file)) {
            return Optional.of(parse(JSON.readTree(in)));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
            throw new DataException(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    private static Decision parse(JsonNode json) {
        return new Decision(
                version(json.path("version").asText()),
                json.has("champion") ? Optional.of(version(json.get("champion").asText())) : Optional.empty(),
                Verdict.valueOf(json.path("verdict").asText().toUpperCase(Locale.ROOT)),
                json.path("start").asText(),
                json.has("comparison") ? Optional.of(Comparison.parse(json.get("comparison"))) : Optional.empty(),
                json.path("minimum_gain").asDouble(),
                json.path("significance").asDouble(),
                Instant.parse(json.path("decided").asText()),
                json.path("sentence").asText());
    }

    private static Version version(String name) {
        return Version.parse(name)
                .orElseThrow(() -> new IllegalArgumentException("expected a version, found \"" + name + "\""));
    }
}
