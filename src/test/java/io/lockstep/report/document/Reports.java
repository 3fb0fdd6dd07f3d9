package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.Normalization;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Models and what is known of them, for the tests of this package. */
final class Reports {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Reports() {}

    static ModelDescription classifier(String name, String label, List<String> classes) {
        int outputs = classes.size() == 2 ? 1 : classes.size();
        return new ModelDescription(
                name,
                ModelDescription.CLASSIFICATION,
                network(outputs, outputs == 1 ? Loss.SIGMOID_CROSS_ENTROPY : Loss.SOFTMAX_CROSS_ENTROPY),
                label,
                classes,
                features(),
                Normalization.identity(3),
                TargetTransform.NONE,
                lineage(name));
    }

    static ModelDescription regression(String name, String label) {
        return new ModelDescription(
                name,
                ModelDescription.REGRESSION,
                network(1, Loss.HALVED_SQUARED),
                label,
                List.of(),
                features(),
                Normalization.identity(3),
                TargetTransform.NONE,
                lineage(name));
    }

    static ModelDescription with(ModelDescription model, Map<String, Object> lineage) {
        return new ModelDescription(
                model.name(),
                model.task(),
                model.network(),
                model.labels(),
                model.weight(),
                model.classes(),
                model.features(),
                model.normalization(),
                model.target(),
                lineage);
    }

    private static FeatureSchema features() {
        return new FeatureSchema(List.of(new FeatureColumn.VectorColumn("x", 3)));
    }

    private static NetworkSpec network(int outputs, Loss loss) {
        return new NetworkSpec(
                new Shape.Vector(3),
                List.of(
                        new LayerSpec.Dense(4),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                        new LayerSpec.Dense(outputs)),
                loss);
    }

    private static Map<String, Object> lineage(String name) {
        Map<String, Object> lineage = new LinkedHashMap<>();
        lineage.put("data", Map.of("train", Map.of("examples", 8000, "fingerprint", "00ff00ff00ff00ff")));
        lineage.put("seed", 7);
        lineage.put("versions", Map.of("lockstep", "1.2.3", "java", "OpenJDK"));
        lineage.put("config", Map.of("name", name, "network", List.of(Map.of("dense", 4))));
        return lineage;
    }

    /** Everything that {@code metrics.json} may have of a classification. */
    static JsonNode classification(List<String> classes, int epochs) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("train", classificationSet(classes, 8000, 0.99));
        json.put("dev", classificationSet(classes, 900, 0.98));
        json.put("test", classificationSet(classes, 1000, 0.97));
        addCourse(json, epochs, "dev_accuracy");
        return JSON.valueToTree(json);
    }

    private static Map<String, Object> classificationSet(List<String> classes, long examples, double accuracy) {
        int k = classes.size();
        Map<String, Object> set = new LinkedHashMap<>();
        set.put("examples", examples);
        set.put("loss", 0.25);
        set.put("accuracy", accuracy);
        set.put("error", 1 - accuracy);
        set.put("ece", 0.0125);
        set.put("auc", 0.5);
        set.put("intervals", Map.of("accuracy", List.of(accuracy - 0.01, accuracy + 0.01)));
        set.put(
                "confusion",
                IntStream.range(0, k)
                        .mapToObj(i -> IntStream.range(0, k)
                                .mapToObj(j -> i == j ? 90 : (i + 2 * j) % 4)
                                .toList())
                        .toList());
        Map<String, Object> byClass = new LinkedHashMap<>();
        classes.forEach(name ->
                byClass.put(name, Map.of("examples", 100, "precision", 0.9, "recall", 0.8, "f1", 0.85, "auc", 0.95)));
        set.put("classes", byClass);
        set.put(
                "calibration",
                IntStream.range(0, 10)
                        .mapToObj(i -> Map.of(
                                "from", i / 10.0,
                                "to", (i + 1) / 10.0,
                                "examples", 10 * i,
                                "confidence", i / 10.0 + 0.05,
                                "frequency", i / 10.0))
                        .toList());
        if (k == 2) {
            set.put("roc", List.of(List.of(0, 0), List.of(0.1, 0.8), List.of(1, 1)));
            set.put("pr", List.of(List.of(0, 1), List.of(0.8, 0.9), List.of(1, 0.5)));
        }
        set.put(
                "slices",
                Map.of(
                        "column",
                        "city",
                        "values",
                        Map.of(
                                "Rome",
                                Map.of("examples", 10, "accuracy", 0.9),
                                "Bonn",
                                Map.of("examples", 30, "accuracy", 0.8))));
        return set;
    }

    /** Everything that {@code metrics.json} may have of a regression. */
    static JsonNode regression(int epochs) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (String name : List.of("train", "test")) {
            Map<String, Object> set = new LinkedHashMap<>();
            set.put("examples", 500);
            set.put("loss", 0.5);
            set.put("rmse", 21333.3);
            set.put("mae", 14183.1);
            set.put("r2", 0.873);
            set.put(
                    "residuals",
                    Map.of(
                            "mean",
                            -12.5,
                            "quantiles",
                            Map.of("0.01", -60000, "0.5", 10.5, "0.99", 70000),
                            "histogram",
                            Map.of("from", -60000, "to", 60000, "counts", List.of(1, 5, 30, 40, 6, 2))));
            json.put(name, set);
        }
        addCourse(json, epochs, "none");
        return JSON.valueToTree(json);
    }

    private static void addCourse(Map<String, Object> json, int epochs, String metric) {
        List<Map<String, Object>> course = new ArrayList<>();
        for (int epoch = 1; epoch <= epochs; epoch++) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("epoch", epoch);
            one.put("train_loss", 1.0 / epoch);
            one.put("dev_loss", 1.1 / epoch);
            one.put(metric, 1 - 0.5 / epoch);
            one.put("seconds", 2.0);
            one.put("examples_per_second", 4000.0);
            one.put("compute_seconds", 1.0);
            one.put("wait_seconds", 0.25);
            one.put("exchange_seconds", 0.5);
            one.put("optimizer_seconds", 0.125);
            one.put("overhead_seconds", 0.125);
            one.put("learning_rate", 0.01);
            one.put("health", health(0.1 / epoch));
            course.add(one);
        }
        json.put("epochs", course);
        json.put("best_epoch", Math.max(1, epochs - 1));
        json.put("initial_health", health(1));
        json.put("warnings", List.of(Map.of("kind", "dead_units", "epoch", 2, "message", "half of layer 1 is dead")));
        json.put(
                "diagnosis",
                Map.of("verdict", "high_variance", "sentences", List.of("It overfits."), "next", List.of("More data")));
        json.put("weights_sha256", "cafe");
    }

    private static Map<String, Object> health(double signal) {
        return Map.of(
                "examples",
                512,
                "loss",
                0.5,
                "layers",
                List.of(
                        Map.of("layer", 1, "signal_norm", signal, "update_to_weight", signal / 2, "dead_share", 0.25),
                        Map.of("layer", 2, "signal_norm", 2 * signal, "update_to_weight", 0.0)));
    }
}
