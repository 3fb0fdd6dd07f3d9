package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** What is wrong with the model, if something is, and what to try. */
final class DiagnosisSection {
    private DiagnosisSection() {}

    static Optional<Section> of(ModelResults results) {
        JsonNode diagnosis = results.metrics().path("diagnosis");
        List<String> sentences = Json.texts(diagnosis.path("sentences"));
        List<String> next = Json.texts(diagnosis.path("next"));
        if (sentences.isEmpty() && next.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Section(
                "diagnosis",
                "Diagnosis",
                "",
                List.of(new Block.Notice(
                        Block.Level.PLAIN, diagnosis.path("verdict").asText().replace('_', ' '), sentences, next))));
    }
}
