package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.List;

/**
 * A point of a curve: the false and the true positive rate of an ROC curve, or recall and precision.
 *
 * @param x in [0, 1]
 * @param y in [0, 1]
 */
public record CurvePoint(double x, double y) {

    static List<List<Double>> json(List<CurvePoint> curve) {
        return curve.stream().map(point -> List.of(point.x, point.y)).toList();
    }

    static List<CurvePoint> read(JsonField json) {
        return json.elements().stream()
                .map(element -> {
                    double[] pair = Metrics.pair(element);
                    return new CurvePoint(pair[0], pair[1]);
                })
                .toList();
    }
}
