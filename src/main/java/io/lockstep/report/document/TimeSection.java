package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Axis;
import io.lockstep.report.document.Block.Bars;
import io.lockstep.report.document.Block.Cell;
import io.lockstep.report.document.Block.Column;
import io.lockstep.report.document.Block.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Where the wall time of the steps went. */
final class TimeSection {
    /** Bars of a chart; epochs beyond are taken together by runs. */
    private static final int MOST_BARS = 60;

    private record Part(String key, String title, String meaning) {}

    private static final List<Part> PARTS = List.of(
            new Part("compute_seconds", "Compute", "forward and backward over the mini-batches"),
            new Part("wait_seconds", "Wait", "for the slowest task of each step"),
            new Part("exchange_seconds", "Exchange", "adding gradients up, moving parameters"),
            new Part("optimizer_seconds", "Optimizer", "clipping, regularizing, stepping"),
            new Part("overhead_seconds", "Spark", "starting stages and tasks, fetching results"));

    private TimeSection() {}

    static Optional<Section> of(ModelResults results) {
        List<JsonNode> epochs = results.epochs();
        double all = results.seconds();
        if (epochs.isEmpty() || all <= 0) {
            return Optional.empty();
        }
        return Optional.of(new Section(
                "time",
                "Where the time went",
                "Of the " + Figures.duration(all) + " that the steps took, as means over the tasks. Compute is what a"
                        + " training is for; all else is the price of doing it together.",
                List.of(chart(epochs), table(epochs, all))));
    }

    private static Block chart(List<JsonNode> epochs) {
        int run = (epochs.size() + MOST_BARS - 1) / MOST_BARS;
        int bars = (epochs.size() + run - 1) / run;
        List<String> categories = IntStream.range(0, bars)
                .mapToObj(bar -> run == 1
                        ? String.valueOf(bar + 1)
                        : (bar * run + 1) + "–" + Math.min(epochs.size(), (bar + 1) * run))
                .toList();
        List<Bars> parts = new ArrayList<>();
        for (int i = 0; i < PARTS.size(); i++) {
            String key = PARTS.get(i).key();
            parts.add(new Bars(
                    PARTS.get(i).title(),
                    Look.of(key.replace("_seconds", "")),
                    IntStream.range(0, bars)
                            .mapToObj(bar -> epochs.subList(bar * run, Math.min(epochs.size(), (bar + 1) * run)))
                            .map(together -> Figures.charted(sum(together, key) / together.size()))
                            .toList()));
        }
        return new Block.BarChart(
                "Seconds of each epoch",
                "Bars of one height show a steady cluster; a tall one is an epoch in which something else ran, or a lost"
                        + " executor.",
                Axis.linear(run == 1 ? "epoch" : "epochs"),
                Axis.linear(run == 1 ? "seconds" : "seconds an epoch"),
                Block.Arrangement.STACKED,
                categories,
                parts);
    }

    private static Block table(List<JsonNode> epochs, double all) {
        List<List<Cell>> rows = PARTS.stream()
                .map(part -> {
                    double seconds = sum(epochs, part.key());
                    return List.of(
                            new Cell(part.title(), part.meaning()),
                            Cell.of(Figures.duration(seconds)),
                            Cell.of(String.format(Locale.ROOT, "%.0f\u00A0%%", 100 * seconds / all)));
                })
                .toList();
        return new Block.Table(
                "All epochs together",
                List.of(Column.text("Part"), Column.number("Time"), Column.number("Share")),
                rows);
    }

    private static double sum(List<JsonNode> epochs, String key) {
        return epochs.stream().mapToDouble(epoch -> epoch.path(key).asDouble()).sum();
    }
}
