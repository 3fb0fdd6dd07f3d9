package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A training's epochs as charts show them: of very many some, evenly chosen, with the first, the last and the best. */
final class Epochs {
    /** A chart is some 600 pixels wide. */
    private static final int MOST = 500;

    private final List<JsonNode> shown;
    private final List<Block.Mark> marks;

    Epochs(ModelResults results) {
        List<JsonNode> all = results.epochs();
        int stride = (all.size() + MOST - 1) / MOST;
        int best = results.bestEpoch().orElse(0);
        this.shown = IntStream.range(0, all.size())
                .filter(i -> stride <= 1 || i % stride == 0 || i == all.size() - 1 || number(all.get(i)) == best)
                .mapToObj(all::get)
                .toList();
        this.marks = shown.stream().anyMatch(epoch -> number(epoch) == best)
                ? List.of(new Block.Mark(best, "epoch " + best + ", kept"))
                : List.of();
    }

    private static int number(JsonNode epoch) {
        return epoch.path("epoch").asInt();
    }

    List<JsonNode> shown() {
        return shown;
    }

    /** The epoch whose weights are the model. */
    List<Block.Mark> marks() {
        return marks;
    }

    /** The values of {@code name} by epoch, where an epoch has it. */
    List<List<Double>> points(String name) {
        return points(epoch -> Json.number(epoch, name));
    }

    List<List<Double>> points(Function<JsonNode, OptionalDouble> value) {
        List<List<Double>> points = new ArrayList<>();
        for (JsonNode epoch : shown) {
            value.apply(epoch)
                    .ifPresent(y -> points.add(List.of(epoch.path("epoch").asDouble(), Figures.charted(y))));
        }
        return points;
    }
}
