package io.lockstep.report.document;

import io.lockstep.report.document.Block.Axis;
import io.lockstep.report.document.Block.Line;
import io.lockstep.report.document.Block.LineChart;
import io.lockstep.report.document.Block.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Loss, metric and learning rate by epoch. */
final class CurvesSection {
    private static final Axis EPOCH = Axis.linear("epoch");

    private CurvesSection() {}

    static Optional<Section> of(ModelResults results) {
        if (results.epochs().isEmpty()) {
            return Optional.empty();
        }
        Epochs epochs = new Epochs(results);
        List<Block> blocks = new ArrayList<>();
        blocks.add(new LineChart(
                "Loss",
                "Both should fall and level off together. Dev rising while train falls is overfitting; both still falling at"
                        + " the end ask for more epochs.",
                EPOCH,
                Axis.linear("mean loss"),
                drawn(Stream.of(
                        new Line("train", Look.of("train"), epochs.points("train_loss")),
                        new Line("dev", Look.of("dev"), epochs.points("dev_loss")))),
                epochs.marks()));
        metric(results).ifPresent(metric -> {
            List<Line> lines = drawn(Stream.of(new Line("dev", Look.of("dev"), epochs.points("dev_" + metric.key()))));
            if (!lines.isEmpty()) {
                blocks.add(new LineChart(
                        metric.title().replace(", all labels together", "") + " on dev",
                        "What the loss stands for, in the terms of the task.",
                        EPOCH,
                        metric.form() == Metric.Form.SHARE ? Axis.share("") : Axis.linear(""),
                        lines,
                        epochs.marks()));
            }
        });
        blocks.add(new LineChart(
                "Learning rate",
                "α of each epoch's last step, as the schedule gave it.",
                EPOCH,
                Axis.linear("α"),
                drawn(Stream.of(new Line("learning rate", Look.of("single"), epochs.points("learning_rate")))),
                List.of()));
        return Optional.of(new Section(
                "curves",
                "Learning curves",
                "Train losses are means over an epoch, taken while the weights still moved and with dropout, so early ones"
                        + " lie above what the network could do at the epoch's end; dev losses are taken after it.",
                blocks));
    }

    private static Optional<Metric> metric(ModelResults results) {
        return Stream.of(results.isRegression() ? Metric.R2 : results.leading(), results.leading())
                .filter(metric -> results.epochs().stream().anyMatch(epoch -> epoch.has("dev_" + metric.key())))
                .findFirst();
    }

    private static List<Line> drawn(Stream<Line> lines) {
        return lines.filter(line -> !line.points().isEmpty()).toList();
    }
}
