package io.lockstep.report.document;

import io.lockstep.model.FeatureColumn;
import io.lockstep.model.ModelDescription;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code MODEL_CARD.md}: what a model is, what it is for, how good it is and for which rows, and how to make it again.
 *
 * @see <a href="https://arxiv.org/abs/1810.03993">Mitchell et al. 2019, Model Cards for Model Reporting</a>
 */
public final class ModelCard {
    private static final int MOST_NAMES = 30;

    private final ModelResults results;
    private final ModelDescription description;
    private final Map<?, ?> config;
    private final StringBuilder card = new StringBuilder(1 << 13);

    private ModelCard(ModelResults results) {
        this.results = results;
        this.description = results.description();
        this.config = map(description.lineage().get("config"));
    }

    /** The file, in UTF-8. */
    public static byte[] of(ModelResults results) {
        return new ModelCard(results).text().getBytes(StandardCharsets.UTF_8);
    }

    private String text() {
        card.append("# Model card: ").append(Markdown.text(description.name())).append("\n\n");
        paragraph(OverviewSection.headline(results));
        details();
        heading("Intended use");
        stated("intended_use", "what the model is for");
        written("out_of_scope").ifPresent(text -> {
            paragraph("Out of scope:");
            paragraphs(text);
        });
        data();
        quality();
        caveats();
        heading("Ethical considerations");
        stated("ethics", "whom its mistakes can harm");
        reproduction();
        return card.toString();
    }

    private void details() {
        heading("Model details");
        item("Task", description.task() + " of " + results.labels());
        if (!description.classes().isEmpty()) {
            item("Classes", names(description.classes()));
        }
        List<Integer> layers = description.network().parameters().stream()
                .map(block -> block.layer())
                .distinct()
                .toList();
        item(
                "Network",
                layers.stream()
                                .map(layer -> description.network().describeLayer(layer))
                                .collect(Collectors.joining(", "))
                        + "; " + Figures.count(description.network().parameterCount()) + " parameters");
        Map<?, ?> training = map(config.get("training"));
        if (training.get("optimizer") != null) {
            item("Optimizer", plain(training.get("optimizer")));
        }
        Map<?, ?> versions = map(description.lineage().get("versions"));
        if (!versions.isEmpty()) {
            item(
                    "Made with",
                    versions.entrySet().stream()
                            .map(entry -> OriginSection.part(String.valueOf(entry.getKey())) + " " + entry.getValue())
                            .collect(Collectors.joining(", ")));
        }
        item("Weights, SHA-256", results.metrics().path("weights_sha256").asText("–"));
        item("License", written("license").orElse("not stated"));
        item("Contact", written("contact").orElse("not stated"));
        card.append('\n');
    }

    private void data() {
        Map<?, ?> data = map(config.get("data"));
        heading("Training data");
        if (data.get("train") != null) {
            item("Source", plain(data.get("train")));
        }
        item(
                "Columns",
                names(description.features().columns().stream()
                                .map(FeatureColumn::name)
                                .toList()) + "; "
                        + Figures.count(description.features().width()) + " features");
        description.weight().ifPresent(weight -> item("Weights of the rows", weight));
        card.append('\n');
        OriginSection.sets(description.lineage()).ifPresent(this::table);
        heading("Evaluation data");
        for (SetResult set : results.sets()) {
            if (!set.name().startsWith("train")) {
                item(
                        set.title() + ", " + Figures.count(set.examples()) + " rows",
                        data.get(set.name()) != null
                                ? plain(data.get(set.name()))
                                : "carved out of the training source by the hash of each row's key, so that rows that are"
                                        + " the same fall into the same set");
            }
        }
        if (results.sets().stream().allMatch(set -> set.name().startsWith("train"))) {
            paragraph("There is no set apart: what the model does with new rows is not known.");
        }
        card.append('\n');
    }

    private void quality() {
        heading("Metrics");
        if (results.sets().stream()
                .anyMatch(set -> set.metrics().path("intervals").size() > 0)) {
            paragraph("In parentheses 95 % intervals by bootstrap over hashed blocks of rows.");
        }
        ResultsSection.of(results).ifPresent(this::tables);
        ResidualsSection.of(results).ifPresent(section -> {
            paragraph(section.lead());
            tables(section);
        });
        heading("Factors");
        List<Section> factors = Stream.of(MistakesSection.of(results), SlicesSection.of(results))
                .flatMap(Optional::stream)
                .toList();
        factors.forEach(this::tables);
        if (factors.isEmpty()) {
            paragraph("No metrics by class or slice are known; lockstep evaluate has them with --by COLUMN.");
        }
    }

    private void caveats() {
        heading("Caveats and recommendations");
        written("limits").ifPresent(this::paragraphs);
        Json.texts(results.metrics().path("diagnosis").path("sentences")).forEach(this::paragraph);
        List<String> next = Json.texts(results.metrics().path("diagnosis").path("next"));
        if (!next.isEmpty()) {
            paragraph("What to try, in this order:");
            next.forEach(step -> card.append("1. ").append(Markdown.text(step)).append('\n'));
            card.append('\n');
        }
        results.metrics()
                .path("warnings")
                .forEach(warning ->
                        paragraph("Warning of epoch " + warning.path("epoch").asInt() + ": "
                                + warning.path("message").asText()));
        paragraph("The metrics hold for rows that come as the evaluation data came. Where new rows differ from them the"
                + " model can be worse without a sign of it.");
    }

    private void reproduction() {
        heading("How to reproduce");
        String output = config.get("output") instanceof String path ? path : "models/" + description.name();
        card.append(Markdown.code(
                "sh",
                "scripts/lockstep train " + quoted(output + "/config.yaml") + " --set "
                        + quoted("output=" + output + "-again")));
        card.append('\n');
        paragraph(
                "The same rows (the fingerprints above), on the same kind of processor with the same BLAS and Java, give"
                        + " the same weights, bit for bit.");
    }

    /** For a shell. */
    private static String quoted(String argument) {
        return argument.matches("[\\w./:=@%+,-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }

    private void heading(String title) {
        card.append("## ").append(title).append("\n\n");
    }

    private void paragraph(String text) {
        card.append(Markdown.text(text)).append("\n\n");
    }

    private void paragraphs(String text) {
        card.append(Markdown.paragraphs(text)).append("\n\n");
    }

    private void item(String name, String value) {
        card.append("- ").append(name).append(": ").append(Markdown.text(value)).append('\n');
    }

    private void tables(Section section) {
        section.blocks().stream()
                .filter(Block.Table.class::isInstance)
                .map(Block.Table.class::cast)
                .forEach(this::table);
    }

    private void table(Block.Table table) {
        paragraph(table.caption() + ":");
        card.append(Markdown.table(table)).append('\n');
    }

    /** What the config's {@code card} says, or that it does not. */
    private void stated(String key, String what) {
        written(key)
                .ifPresentOrElse(
                        this::paragraphs,
                        () -> paragraph("Not stated: the config's card." + key + " says " + what + "."));
    }

    private Optional<String> written(String key) {
        return map(config.get("card")).get(key) instanceof String text && !text.isBlank()
                ? Optional.of(text)
                : Optional.empty();
    }

    private static String names(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)))
                + (names.size() > MOST_NAMES ? ", … (" + Figures.count(names.size()) + " in all)" : "");
    }

    private static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    /** A value of the config in a line: {@code name adam, learning_rate 0.003}. */
    private static String plain(Object value) {
        return value instanceof Map<?, ?> map
                ? map.entrySet().stream()
                        .map(entry -> String.format(Locale.ROOT, "%s %s", entry.getKey(), plain(entry.getValue())))
                        .collect(Collectors.joining(", "))
                : String.valueOf(value);
    }
}
