package io.lockstep.report.document;

import io.lockstep.report.document.Block.Axis;
import io.lockstep.report.document.Block.Line;
import io.lockstep.report.document.Block.LineChart;
import io.lockstep.report.document.Block.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What other thresholds than one half would give, of two classes. */
final class RankingSection {
    private RankingSection() {}

    static Optional<Section> of(ModelResults results) {
        List<Line> roc = lines(results, "roc", Metric.AUC);
        List<Line> pr = lines(results, "pr", Metric.AUC_PR);
        List<Block> blocks = new ArrayList<>();
        if (!roc.isEmpty()) {
            roc.add(new Line("guessing", Look.of("reference"), List.of(List.of(0.0, 0.0), List.of(1.0, 1.0))));
            blocks.add(new LineChart(
                    "ROC curve",
                    "Each point is a threshold: what it finds of the positive rows against what it takes of the negative ones"
                            + " by mistake. The nearer to the upper left, the better.",
                    Axis.wholeShare("false positive rate"),
                    Axis.wholeShare("true positive rate"),
                    roc,
                    List.of()));
        }
        if (!pr.isEmpty()) {
            blocks.add(new LineChart(
                    "Precision and recall",
                    "How many of the found rows are right, against how many of the right ones are found. The nearer to the"
                            + " upper right, the better; it tells more than the ROC where positives are rare.",
                    Axis.wholeShare("recall"),
                    Axis.wholeShare("precision"),
                    pr,
                    List.of()));
        }
        List<String> classes = results.description().classes();
        String positive = classes.size() == 2 ? " The positive class is " + classes.get(1) + "." : "";
        return blocks.isEmpty()
                ? Optional.empty()
                : Optional.of(new Section(
                        "ranking",
                        "Other thresholds",
                        "The model's probabilities put rows in an order; where to cut it is a choice." + positive,
                        blocks));
    }

    private static List<Line> lines(ModelResults results, String key, Metric area) {
        List<Line> lines = new ArrayList<>();
        for (SetResult set : results.sets()) {
            List<List<Double>> points = Json.pairs(set.metrics().path(key));
            if (!points.isEmpty()) {
                String name = set.title().toLowerCase(Locale.ROOT);
                String of = set.value(area).isPresent()
                        ? ", AUC " + Figures.number(set.value(area).getAsDouble())
                        : "";
                lines.add(new Line(name + of, Look.of(set.name()), points));
            }
        }
        return lines;
    }
}
