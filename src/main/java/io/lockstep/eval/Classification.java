package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The evaluation of a classification.
 *
 * @param classes precision, recall, F1 and, one class against the rest, auc and auc_pr, by class in the order of all
 * @param confusion how many examples: rows are observed classes, columns predicted ones, both in the order of {@code
 *     classes}; empty of very many classes
 * @param calibration from the least probability on
 * @param roc false and true positive rate from (0, 0) to (1, 1), of two classes that are both there
 * @param pr recall and precision, of the same
 */
public record Classification(
        Metrics metrics,
        Map<String, Metrics> classes,
        List<List<Long>> confusion,
        List<CalibrationBin> calibration,
        List<CurvePoint> roc,
        List<CurvePoint> pr,
        Optional<Slices> slices)
        implements Evaluation {
    private static final String CLASSES = "classes";
    private static final String CONFUSION = "confusion";
    private static final String CALIBRATION = "calibration";
    private static final String ROC = "roc";
    private static final String PR = "pr";
    private static final Set<String> PARTS = Set.of(CLASSES, CONFUSION, CALIBRATION, ROC, PR, Regression.SLICES);

    public Classification {
        classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
        confusion = confusion.stream().map(List::copyOf).toList();
        calibration = List.copyOf(calibration);
        roc = List.copyOf(roc);
        pr = List.copyOf(pr);
    }

    @Override
    public Classification with(Slices added) {
        return new Classification(metrics, classes, confusion, calibration, roc, pr, Optional.of(added));
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = metrics.json();
        json.put(CLASSES, Slices.json(classes));
        put(json, CONFUSION, confusion);
        put(json, CALIBRATION, calibration.stream().map(CalibrationBin::json).toList());
        put(json, ROC, CurvePoint.json(roc));
        put(json, PR, CurvePoint.json(pr));
        slices.ifPresent(of -> json.put(Regression.SLICES, of.json()));
        return json;
    }

    private static void put(Map<String, Object> json, String name, List<?> list) {
        if (!list.isEmpty()) {
            json.put(name, list);
        }
    }

    static Classification read(JsonField json) {
        return new Classification(
                Metrics.read(json, PARTS),
                json.has(CLASSES) ? Slices.readMetrics(json.field(CLASSES)) : Map.of(),
                json.has(CONFUSION)
                        ? json.field(CONFUSION).elements().stream()
                                .map(row -> row.elements().stream()
                                        .map(JsonField::longInteger)
                                        .toList())
                                .toList()
                        : List.of(),
                json.has(CALIBRATION) ? CalibrationBin.read(json.field(CALIBRATION)) : List.of(),
                json.has(ROC) ? CurvePoint.read(json.field(ROC)) : List.of(),
                json.has(PR) ? CurvePoint.read(json.field(PR)) : List.of(),
                Regression.readSlices(json));
    }
}
