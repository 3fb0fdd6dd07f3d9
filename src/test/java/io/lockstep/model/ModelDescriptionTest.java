package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelDescriptionTest {

    @Test
    void slotsAreNamedInTheOrderOfTheirColumns() {
        FeatureSchema schema = new FeatureSchema(List.of(
                new FeatureColumn.VectorColumn("pixels", 2),
                new FeatureColumn.Categorical("wall", List.of("wood", "brick")),
                new FeatureColumn.Numeric("area")));
        assertThat(schema.slotNames()).containsExactly("pixels[0]", "pixels[1]", "wall=wood", "wall=brick", "area");
        assertThat(schema.width()).isEqualTo(5);
    }

    @Test
    void columnsThatTogetherAreTooWideAreRefused() {
        assertThatThrownBy(() -> new FeatureSchema(List.of(
                        new FeatureColumn.VectorColumn("a", Integer.MAX_VALUE), new FeatureColumn.Numeric("b"))))
                .hasMessage("the columns become 2147483648 features, more than 2147483647");
    }

    @Test
    void whatExecutorsNeedTravelsBySerialization() throws Exception {
        ModelDescription model = Samples.classifier();
        for (Object part : List.of(
                model.features(), model.normalization(), Samples.regression().target())) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(part);
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                assertThat(in.readObject()).isEqualTo(part).isNotSameAs(part);
            }
        }
    }

    @Test
    void aNormalizationIsNotChangedFromOutside() {
        double[] means = {1, 2};
        Normalization normalization = new Normalization(means, new double[] {4, 5});
        means[0] = 9;
        normalization.means()[1] = 9;
        normalization.deviations()[0] = 9;
        assertThat(normalization).isEqualTo(new Normalization(new double[] {1, 2}, new double[] {4, 5}));
        assertThat(normalization.normalize(9, 0)).isEqualTo((9.0 - 1) / 4);
        assertThat(Normalization.identity(2).normalize(-3.25, 1)).isEqualTo(-3.25);
    }

    @Test
    void targetsComeBackInTheirOwnUnits() {
        TargetTransform log = new TargetTransform(TargetTransform.Kind.LOG, 2, 4);
        assertThat(log.transform(0, Math.E)).isEqualTo(-0.25);
        TargetTransform standard = new TargetTransform(TargetTransform.Kind.STANDARD, 10, 2);
        assertThat(standard.transform(0, 14)).isEqualTo(2);
        for (double y : new double[] {0.001, 1, 350_000}) {
            // exp of a rounded logarithm of up to 13: 13 ulps, with room
            assertThat(log.restore(0, log.transform(0, y))).isCloseTo(y, within(y * 1e-14));
            assertThat(standard.restore(0, standard.transform(0, y))).isCloseTo(y, within(1e-9));
            assertThat(TargetTransform.NONE.restore(3, TargetTransform.NONE.transform(3, y)))
                    .isEqualTo(y);
        }
    }

    @Test
    void eachOutputHasItsOwnTransform() {
        TargetTransform two =
                new TargetTransform(TargetTransform.Kind.STANDARD, List.of(10.0, -1.0), List.of(2.0, 4.0));
        assertThat(two.transform(0, 14)).isEqualTo(2);
        assertThat(two.transform(1, 7)).isEqualTo(2);
        assertThat(two.restore(1, 2)).isEqualTo(7);
        assertThatThrownBy(() -> new TargetTransform(TargetTransform.Kind.LOG, List.of(1.0), List.of()))
                .hasMessage("target has 1 means and 0 deviations");
        assertThatThrownBy(() -> new TargetTransform(TargetTransform.Kind.LOG, List.of(), List.of()))
                .hasMessage("target transform log has a mean for each output");
        assertThat(new TargetTransform(TargetTransform.Kind.NONE, 0, 1)).isEqualTo(TargetTransform.NONE);
    }

    @Test
    void severalLabelsHaveAnOutputEach() {
        assertThat(labelled(ModelDescription.MULTILABEL, Loss.SIGMOID_CROSS_ENTROPY, 2, "a", "b")
                        .labels())
                .containsExactly("a", "b");
        assertThat(labelled(ModelDescription.REGRESSION, Loss.huber(1), 3, "a", "b", "c")
                        .labels())
                .hasSize(3);
        assertThatThrownBy(() -> labelled(ModelDescription.MULTILABEL, Loss.SIGMOID_CROSS_ENTROPY, 3, "a", "b"))
                .hasMessage("there are 2 labels, the network has 3 outputs");
        assertThatThrownBy(() -> labelled(ModelDescription.MULTILABEL, Loss.SOFTMAX_CROSS_ENTROPY, 2, "a", "b"))
                .hasMessage("a multilabel task has the loss sigmoid_cross_entropy, not softmax_cross_entropy");
        assertThatThrownBy(() -> labelled(ModelDescription.MULTILABEL, Loss.SIGMOID_CROSS_ENTROPY, 1, "a"))
                .hasMessage("a multilabel task has at least two labels, got 1");
        assertThatThrownBy(() -> labelled(ModelDescription.REGRESSION, Loss.HALVED_SQUARED, 2, "a", "a"))
                .hasMessage("a label stands there twice");
        assertThatThrownBy(() -> labelled(ModelDescription.REGRESSION, Loss.HALVED_SQUARED, 2, "a", "x"))
                .hasMessage("label column \"x\" is a feature as well");
    }

    private static ModelDescription labelled(String task, Loss loss, int outputs, String... labels) {
        return new ModelDescription(
                "m",
                task,
                new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(outputs)), loss),
                List.of(labels),
                Optional.of("w"),
                List.of(),
                new FeatureSchema(List.of(new FeatureColumn.Numeric("x"))),
                Normalization.identity(1),
                TargetTransform.NONE,
                Map.of());
    }

    @Test
    void oneSigmoidOutputIsForTwoClasses() {
        assertThat(classifier(1, Loss.SIGMOID_CROSS_ENTROPY, List.of("no", "yes"))
                        .classes())
                .hasSize(2);
        assertThatThrownBy(() -> classifier(1, Loss.SIGMOID_CROSS_ENTROPY, List.of("a", "b", "c")))
                .hasMessage("there are 3 classes, the network's outputs are for 2");
        assertThatThrownBy(() -> classifier(3, Loss.SOFTMAX_CROSS_ENTROPY, List.of("a", "b")))
                .hasMessage("there are 2 classes, the network's outputs are for 3");
        assertThatThrownBy(() -> classifier(2, Loss.SOFTMAX_CROSS_ENTROPY, List.of("a", "a")))
                .hasMessage("a class stands there twice");
        assertThatThrownBy(() -> classifier(1, Loss.SOFTMAX_CROSS_ENTROPY, List.of("a")))
                .hasMessage("a classification has at least two classes, got 1");
        assertThatThrownBy(() -> classifier(2, Loss.HALVED_SQUARED, List.of("a", "b")))
                .hasMessage("a classification cannot have the loss halved_squared");
    }

    @Test
    void aLineageThatJsonCannotHoldIsRefusedWithItsPath() {
        ModelDescription model = Samples.regression();
        assertThatThrownBy(() -> withLineage(model, Map.of("a", List.of(1, Map.of("b", Double.NaN)))))
                .hasMessage("lineage.a[1].b: JSON has no NaN");
        assertThatThrownBy(() -> withLineage(model, Map.of("a", new Object[0])))
                .hasMessageStartingWith("lineage.a: expected a string, boolean, integer, number, list or map");
        assertThat(withLineage(model, Map.of("a", 1, "b", 0.5f)).lineage())
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", 1L, "b", 0.5));
    }

    private static ModelDescription withLineage(ModelDescription model, Map<String, Object> lineage) {
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

    private static ModelDescription classifier(int outputs, Loss loss, List<String> classes) {
        return new ModelDescription(
                "m",
                ModelDescription.CLASSIFICATION,
                new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(outputs)), loss),
                "y",
                classes,
                new FeatureSchema(List.of(new FeatureColumn.Numeric("x"))),
                Normalization.identity(1),
                TargetTransform.NONE,
                Map.of());
    }
}
