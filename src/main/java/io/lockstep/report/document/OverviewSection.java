package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Fact;
import io.lockstep.report.document.Block.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The report in a sentence or two, its key figures, and what the training warned of. */
final class OverviewSection {
    private OverviewSection() {}

    /** What the model is, how good it is, and what it took. */
    static String headline(ModelResults results) {
        List<String> sentences = new ArrayList<>();
        results.judged().ifPresent(set -> sentences.add(quality(results, set)));
        if (!results.epochs().isEmpty()) {
            sentences.add(course(results));
        }
        return String.join(" ", sentences);
    }

    private static String quality(ModelResults results, SetResult set) {
        String name = results.description().name();
        Metric leading = results.leading();
        OptionalDouble value = set.value(leading);
        if (value.isEmpty()) {
            return name + " predicts " + results.labels() + ".";
        }
        String rows = "the " + Figures.count(set.examples()) + " " + set.inWords() + " rows";
        String interval = set.interval(leading)
                .map(ends -> " (95\u00A0% interval " + ends + ")")
                .orElse("");
        String figure = leading.text(value.getAsDouble());
        if (results.isClassification()) {
            return name + " tells " + results.description().classes().size() + " classes of " + results.labels()
                    + " apart and gets " + figure + " of " + rows + " right" + interval + ".";
        }
        if (results.isRegression()) {
            String r2 = set.value(Metric.R2).isPresent()
                    ? ", and explains " + Figures.percent(set.value(Metric.R2).getAsDouble()) + " of the variance (R²)"
                    : "";
            return name + " predicts " + results.labels() + " with a root mean square error of " + figure + interval
                    + " on " + rows + r2 + ".";
        }
        return name + " predicts the labels " + results.labels() + ": on " + rows + " its F1 of all labels together is "
                + figure + interval + ".";
    }

    private static String course(ModelResults results) {
        int ran = results.epochs().size();
        String all = ran == 1 ? "The one epoch" : "All " + Figures.count(ran) + " epochs";
        return "It is the network after epoch " + results.bestEpoch().orElse(ran) + " of " + Figures.count(ran) + ". "
                + all + " took " + Figures.duration(results.seconds()) + ".";
    }

    static Section section(ModelResults results) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Facts(facts(results)));
        warnings(results).ifPresent(blocks::add);
        return new Section("overview", "At a glance", "", blocks);
    }

    private static List<Fact> facts(ModelResults results) {
        List<Fact> facts = new ArrayList<>();
        Metric leading = results.leading();
        results.judged().ifPresent(judged -> {
            fact(judged, leading, facts);
            if (results.isRegression()) {
                fact(judged, Metric.R2, facts);
            }
            results.sets().stream()
                    .filter(set -> !set.equals(judged) && !set.name().equals("train_dev"))
                    .filter(set -> !(results.isRegression() && set.name().equals("dev")))
                    .sorted((a, b) ->
                            Boolean.compare(a.name().equals("train"), b.name().equals("train")))
                    .forEach(set -> fact(set, leading, facts));
        });
        JsonNode train = results.metrics().path("train");
        if (train.isObject()) {
            facts.add(new Fact(
                    "Training rows",
                    Figures.count(train.path("examples").asLong()),
                    Figures.count(results.description().features().width()) + " features"));
        }
        int layers = (int) results.description().network().parameters().stream()
                .mapToInt(block -> block.layer())
                .distinct()
                .count();
        facts.add(new Fact(
                "Parameters",
                Figures.count(results.description().network().parameterCount()),
                layers == 1 ? "1 layer" : layers + " layers"));
        if (!results.epochs().isEmpty()) {
            facts.add(new Fact("Training time", Figures.duration(results.seconds()), speed(results)));
        }
        return facts;
    }

    private static String speed(ModelResults results) {
        double examples = results.epochs().stream()
                .mapToDouble(epoch -> epoch.path("examples_per_second").asDouble()
                        * epoch.path("seconds").asDouble())
                .sum();
        return results.seconds() > 0
                ? Figures.number(examples / results.seconds()) + " examples/s"
                : Figures.count(results.epochs().size()) + " epochs";
    }

    private static void fact(SetResult set, Metric metric, List<Fact> facts) {
        String title = metric == Metric.ACCURACY ? "accuracy" : metric.title().replace(", all labels together", "");
        set.value(metric)
                .ifPresent(value -> facts.add(new Fact(
                        set.title() + " " + title,
                        metric.text(value),
                        set.interval(metric).orElse(Figures.count(set.examples()) + " rows"))));
    }

    private static Optional<Block> warnings(ModelResults results) {
        List<String> sentences = new ArrayList<>();
        results.metrics()
                .path("warnings")
                .forEach(warning ->
                        sentences.add("Epoch " + warning.path("epoch").asInt() + ": "
                                + warning.path("message").asText()));
        return sentences.isEmpty()
                ? Optional.empty()
                : Optional.of(new Block.Notice(Level.WARNING, "What the training warned of", sentences, List.of()));
    }
}
