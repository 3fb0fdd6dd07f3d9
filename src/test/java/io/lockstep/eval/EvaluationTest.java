package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.error.DataException;
import io.lockstep.model.JsonField;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final Metrics SOME = metrics("accuracy", 0.75, "f1", 0.5);
    private static final Slices SLICES = new Slices("kind", Map.of("null", SOME));

    private static Metrics metrics(String first, double a, String second, double b) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(first, a);
        values.put(second, b);
        return new Metrics(12, values, Map.of(first, new Interval(a - 0.25, a + 0.125)));
    }

    private static byte[] json(Object tree) throws JsonProcessingException {
        return new ObjectMapper().writeValueAsBytes(tree);
    }

    private static Evaluation readBack(Evaluation evaluation) throws JsonProcessingException {
        return Evaluation.read(JsonField.root(json(evaluation.json()), "metrics.json"));
    }

    @Test
    void whatIsWrittenIsReadBack() throws JsonProcessingException {
        Residuals residuals = new Residuals(
                -0.5,
                new TreeMap<>(Map.of(0.01, -3.0, 0.5, 0.25)),
                new Residuals.Histogram(-1, 2, List.of(1L, 0L, 4L)),
                0.001);
        List<Evaluation> evaluations = List.of(
                new Classification(
                                SOME,
                                Map.of("yes", SOME),
                                List.of(List.of(1L, 2L), List.of(3L, 4L)),
                                List.of(new CalibrationBin(0, 0.1, 3, 0.05, 0.0625)),
                                List.of(new CurvePoint(0, 0), new CurvePoint(1, 1)),
                                List.of(new CurvePoint(0, 1)),
                                Optional.empty())
                        .with(SLICES),
                new Multilabel(metrics("hamming_loss", 0.5, "f1_micro", 0.5), Map.of("a", SOME), Optional.of(SLICES)),
                new Regression(metrics("rmse", 2, "mae", 1), Optional.of(residuals), Map.of(), Optional.of(SLICES)),
                new Regression(
                        metrics("rmse", 2, "mae", 1),
                        Optional.empty(),
                        Map.of("price", new Regression.Output(metrics("rmse", 3, "r2", 0.5), Optional.of(residuals))),
                        Optional.empty()));
        for (Evaluation evaluation : evaluations) {
            assertThat(readBack(evaluation)).isEqualTo(evaluation);
        }
    }

    @Test
    void theSetsOfATrainingAreFoundBesideItsOtherNumbers() throws JsonProcessingException {
        Evaluation dev = new Multilabel(metrics("hamming_loss", 0.5, "f1_micro", 0.5), Map.of(), Optional.empty());
        byte[] file = json(Map.of("dev", dev.json(), "train_dev", dev.json(), "epochs", List.of(), "best_epoch", 3));
        assertThat(Evaluation.readSets(JsonField.root(file, "metrics.json")))
                .containsOnly(Map.entry("dev", dev), Map.entry("train_dev", dev));
    }

    @Test
    void whatIsNoEvaluationIsNamed() {
        JsonField text = JsonField.root(
                "{\"dev\": {\"examples\": 3, \"loss\": \"low\"}}".getBytes(StandardCharsets.UTF_8), "metrics.json");
        assertThatThrownBy(() -> Evaluation.readSets(text))
                .isInstanceOf(DataException.class)
                .hasMessage("metrics.json: dev.loss: expected a number, found \"low\"");
        JsonField upsideDown = JsonField.root(
                "{\"examples\": 3, \"loss\": 1, \"intervals\": {\"loss\": [2, 1]}}".getBytes(StandardCharsets.UTF_8),
                "metrics.json");
        assertThatThrownBy(() -> Evaluation.read(upsideDown))
                .isInstanceOf(DataException.class)
                .hasMessage("metrics.json: intervals.loss: an interval from 2.0 to 1.0");
    }

    @Test
    void noMetricIsANumberThatJsonHasNot() {
        assertThatThrownBy(() -> new Metrics(1, Map.of("auc", Double.NaN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("auc is NaN");
    }
}
