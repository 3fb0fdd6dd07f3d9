package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.model.ModelDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A model and what is known of it.
 *
 * @param description {@code model.json}
 * @param metrics {@code metrics.json}, or an object of the same form of which parts are missing: they are left out of what
 *     is written
 */
public record ModelResults(ModelDescription description, JsonNode metrics) {
    private static final List<String> SETS = List.of("train", "train_dev", "dev", "test", "data");
    /** In which set a model is judged, where it is there. */
    private static final List<String> JUDGED = List.of("test", "data", "dev", "train_dev", "train");

    /** The sets in the order of a table. */
    List<SetResult> sets() {
        return SETS.stream()
                .filter(name -> metrics.path(name).isObject())
                .map(name -> new SetResult(name, metrics.get(name)))
                .toList();
    }

    /** The set whose metrics a model is judged by: test, or the nearest to it. */
    Optional<SetResult> judged() {
        return JUDGED.stream()
                .flatMap(name -> sets().stream().filter(set -> set.name().equals(name)))
                .findFirst();
    }

    List<JsonNode> epochs() {
        List<JsonNode> epochs = new ArrayList<>();
        metrics.path("epochs").forEach(epochs::add);
        return epochs;
    }

    OptionalInt bestEpoch() {
        return metrics.path("best_epoch").isInt()
                ? OptionalInt.of(metrics.get("best_epoch").intValue())
                : OptionalInt.empty();
    }

    /** Of all steps, without scoring. */
    double seconds() {
        return epochs().stream()
                .mapToDouble(epoch -> epoch.path("seconds").asDouble())
                .sum();
    }

    boolean isClassification() {
        return description.task().equals(ModelDescription.CLASSIFICATION);
    }

    boolean isRegression() {
        return description.task().equals(ModelDescription.REGRESSION);
    }

    /** The metric that says most about a model of this task. */
    Metric leading() {
        return switch (description.task()) {
            case ModelDescription.CLASSIFICATION -> Metric.ACCURACY;
            case ModelDescription.MULTILABEL -> Metric.F1_MICRO;
            default -> Metric.RMSE;
        };
    }

    /** The metrics of a table: those that a set has, without repetitions. */
    List<Metric> shown() {
        return Stream.of(Metric.values())
                .filter(metric -> !(isClassification() && metric.repeatsAccuracy()))
                .filter(metric ->
                        sets().stream().anyMatch(set -> set.value(metric).isPresent()))
                .toList();
    }

    /** The labels in words: {@code price}; {@code a, b and c}; of many the first ones and their number. */
    String labels() {
        List<String> labels = description.labels();
        int most = 4;
        if (labels.size() == 1) {
            return labels.get(0);
        }
        return labels.size() <= most
                ? String.join(", ", labels.subList(0, labels.size() - 1)) + " and " + labels.get(labels.size() - 1)
                : String.join(", ", labels.subList(0, most - 1)) + " and " + (labels.size() - most + 1) + " more";
    }
}
