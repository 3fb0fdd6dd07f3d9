package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.report.document.Block.Axis;
import io.lockstep.report.document.Block.Line;
import io.lockstep.report.document.Block.LineChart;
import io.lockstep.report.document.Block.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What parts of the training rows come to: whether more of them would help. */
final class DataSizeSection {
    private DataSizeSection() {}

    static Optional<Section> of(ModelResults results) {
        JsonNode curve = results.metrics().path("learning_curve");
        List<List<Double>> train = new ArrayList<>();
        List<List<Double>> unseen = new ArrayList<>();
        for (JsonNode point : curve.path("points")) {
            double rows = Figures.charted(point.path("examples").asDouble());
            train.add(List.of(rows, Figures.charted(point.path("train").asDouble())));
            unseen.add(List.of(rows, Figures.charted(point.path("unseen").asDouble())));
        }
        if (train.isEmpty()) {
            return Optional.empty();
        }
        String set = curve.path("set").asText();
        return Optional.of(new Section(
                "data-size",
                "More data?",
                curve.path("sentence").asText(),
                List.of(new LineChart(
                        "Error by the number of training rows",
                        "Lines that still approach each other ask for more rows; lines that lie together ask for a bigger"
                                + " network.",
                        Axis.log("training rows"),
                        results.isRegression() ? Axis.linear("1 − r2") : Axis.share("error"),
                        List.of(new Line("train", Look.of("train"), train), new Line(set, Look.of(set), unseen)),
                        List.of()))));
    }
}
