package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Axis;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import io.lockstep.report.document.Block.Line;
import io.lockstep.report.document.Block.LineChart;
import io.lockstep.report.document.Block.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** What the probe saw in each layer: signals on their way back, updates, units that do nothing. */
final class HealthSection {
    private static final int MOST_LINES = 8;

    private final ModelResults results;
    private final Epochs epochs;
    private final int layers;
    /** Layers that have a line, from 0. */
    private final List<Integer> drawn;

    private HealthSection(ModelResults results, int layers) {
        this.results = results;
        this.epochs = new Epochs(results);
        this.layers = layers;
        this.drawn = IntStream.range(0, Math.min(layers, MOST_LINES))
                .map(i -> layers <= MOST_LINES ? i : (int) Math.round((double) i * (layers - 1) / (MOST_LINES - 1)))
                .boxed()
                .toList();
    }

    static Optional<Section> of(ModelResults results) {
        List<JsonNode> epochs = results.epochs();
        int layers = epochs.isEmpty()
                ? 0
                : epochs.get(epochs.size() - 1).path("health").path("layers").size();
        return layers == 0 ? Optional.empty() : Optional.of(new HealthSection(results, layers).section());
    }

    private Section section() {
        List<Block> blocks = new ArrayList<>();
        chart(
                        "Gradient signal by layer",
                        "The norm of ∂L/∂Z of an example. Lines within a factor of ten of each other are sound; a lower layer a"
                                + " thousand times below the output's vanishes, one as far above explodes.",
                        "signal_norm")
                .ifPresent(blocks::add);
        chart(
                        "Update by weight, by layer",
                        "How far an epoch moved a layer's weights, in parts of their norm. It should shrink as the training"
                                + " settles; layers that hardly move from the start learn nothing.",
                        "update_to_weight")
                .ifPresent(blocks::add);
        inactive().ifPresent(blocks::add);
        blocks.add(table());
        return new Section(
                "health",
                "Health of the layers",
                "Before the first step and after each epoch, the same " + Figures.count(examples())
                        + " training examples go through the network, without dropout."
                        + (layers > MOST_LINES
                                ? " Of " + layers + " layers " + MOST_LINES + " have a line, evenly chosen."
                                : ""),
                blocks);
    }

    private long examples() {
        return last().path("examples").asLong();
    }

    private JsonNode last() {
        List<JsonNode> all = results.epochs();
        return all.get(all.size() - 1).path("health");
    }

    private Optional<Block> chart(String title, String reading, String measure) {
        List<Line> lines = lines(measure, "", true);
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(new LineChart(title, reading, Axis.linear("epoch"), Axis.log(""), lines, epochs.marks()));
    }

    private Optional<Block> inactive() {
        List<Line> lines = new ArrayList<>(lines("dead_share", ", dead", false));
        lines.addAll(lines("saturated_share", ", saturated", false));
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        if (lines.stream().allMatch(line -> line.points().stream().allMatch(point -> point.get(1) == 0))) {
            return Optional.of(new Block.Prose(List.of("No unit was ever dead or saturated.")));
        }
        return Optional.of(new LineChart(
                "Units that do nothing",
                "Dead: ReLU units that are 0 for each example. Saturated: sigmoid and tanh units at an end of their range"
                        + " for 9 of 10. From half of a layer on it is a waste.",
                Axis.linear("epoch"),
                Axis.wholeShare("share of the layer's units"),
                lines,
                epochs.marks()));
    }

    private List<Line> lines(String measure, String suffix, boolean positive) {
        List<Line> lines = new ArrayList<>();
        for (int layer : drawn) {
            List<List<Double>> points = new ArrayList<>();
            OptionalDouble initial = value(results.metrics().path("initial_health"), layer, measure);
            initial.ifPresent(y -> points.add(List.of(0.0, Figures.charted(y))));
            points.addAll(epochs.points(epoch -> value(epoch.path("health"), layer, measure)));
            if (positive) {
                // an axis of powers of ten has no zero
                points.removeIf(point -> point.get(1) <= 0);
            }
            if (!points.isEmpty()) {
                lines.add(new Line(name(layer) + suffix, Look.inOrder(layer, layers), points));
            }
        }
        return lines;
    }

    private static OptionalDouble value(JsonNode health, int layer, String measure) {
        return Json.number(health.path("layers").path(layer), measure);
    }

    private static String name(int layer) {
        return "layer " + (layer + 1);
    }

    private Block table() {
        List<List<Cell>> rows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            JsonNode health = last().path("layers").path(layer);
            rows.add(List.of(
                    new Cell(results.description().network().describeLayer(layer + 1), ""),
                    figure(health, "activation_rms"),
                    figure(health, "signal_norm"),
                    figure(health, "gradient_norm"),
                    figure(health, "weight_norm"),
                    figure(health, "update_to_weight"),
                    share(health)));
        }
        return new Block.Table(
                "Each layer after the last epoch",
                List.of(
                        Column.text("Layer"),
                        Column.number("Activation, RMS"),
                        Column.number("Signal"),
                        Column.number("Gradient"),
                        Column.number("Weights"),
                        Column.number("Update / weights"),
                        Column.number("Dead or saturated")),
                rows);
    }

    private static Cell figure(JsonNode health, String measure) {
        OptionalDouble value = Json.number(health, measure);
        return Cell.of(value.isPresent() ? Figures.number(value.getAsDouble()) : "–");
    }

    private static Cell share(JsonNode health) {
        OptionalDouble dead = Json.number(health, "dead_share");
        OptionalDouble saturated = Json.number(health, "saturated_share");
        return Cell.of(
                dead.isPresent()
                        ? Figures.percent(dead.getAsDouble())
                        : saturated.isPresent() ? Figures.percent(saturated.getAsDouble()) : "–");
    }
}
