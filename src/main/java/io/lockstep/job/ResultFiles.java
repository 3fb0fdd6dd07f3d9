package io.lockstep.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lockstep.config.ConfigWriter;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.Reason;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.ModelDraft;
import io.lockstep.report.ConsoleReport;
import io.lockstep.report.document.HtmlReport;
import io.lockstep.report.document.ModelCard;
import io.lockstep.report.document.ModelResults;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a model directory has beside the model: {@code metrics.json}, {@code config.yaml}, {@code report.html} and
 * {@code MODEL_CARD.md}.
 */
final class ResultFiles {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ResultFiles() {}

    static void write(
            ModelDraft draft, LockstepConfig config, ModelDescription description, Map<String, Object> metrics)
            throws IOException {
        write(draft, "metrics.json", JSON.writeValueAsBytes(metrics));
        write(
                draft,
                "config.yaml",
                ConfigWriter.yaml(ConfigWriter.toMap(config)).getBytes(StandardCharsets.UTF_8));
        ModelResults results = new ModelResults(description, JSON.valueToTree(metrics));
        writeDocument(draft, "report.html", () -> HtmlReport.of(results));
        writeDocument(draft, "MODEL_CARD.md", () -> ModelCard.of(results));
    }

    /** What it shows is in metrics.json: one that cannot be made takes no model with it. */
    private static void writeDocument(ModelDraft draft, String name, Supplier<byte[]> document) throws IOException {
        byte[] bytes;
        try {
            bytes = document.get();
        } catch (RuntimeException e) {
            System.getLogger(ResultFiles.class.getName()).log(System.Logger.Level.WARNING, name, e);
            ConsoleReport.warn(name + " is missing, for it could not be made (" + Reason.of(e)
                    + "); the model and metrics.json are whole");
            return;
        }
        write(draft, name, bytes);
    }

    private static void write(ModelDraft draft, String name, byte[] bytes) throws IOException {
        try (OutputStream stream = draft.create(name)) {
            stream.write(bytes);
        }
    }
}
