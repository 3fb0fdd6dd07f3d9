package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code report.html}: a model, how good it is and how it came to be, in one file that needs nothing else. What is not
 * known of a model is left out.
 */
public final class HtmlReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private HtmlReport() {}

    /** The file, in UTF-8. */
    public static byte[] of(ModelResults results) {
        String title = results.description().name();
        String headline = OverviewSection.headline(results);
        ObjectNode content = JSON.createObjectNode();
        content.set("sections", JSON.valueToTree(sections(results)));
        return HtmlPage.of(title, headline, content).getBytes(StandardCharsets.UTF_8);
    }

    static List<Section> sections(ModelResults results) {
        return Stream.of(
                        Optional.of(OverviewSection.section(results)),
                        DiagnosisSection.of(results),
                        DriftSection.of(results),
                        ResultsSection.of(results),
                        CurvesSection.of(results),
                        DataSizeSection.of(results),
                        MistakesSection.of(results),
                        RankingSection.of(results),
                        CalibrationSection.of(results),
                        ResidualsSection.of(results),
                        SlicesSection.of(results),
                        HealthSection.of(results),
                        TimeSection.of(results),
                        OriginSection.of(results))
                .flatMap(Optional::stream)
                .toList();
    }

    /** What a report can be made of: the records of {@code metrics.json} as maps, lists, numbers and strings. */
    public static JsonNode tree(Object metrics) {
        return JSON.valueToTree(metrics);
    }
}
