package io.lockstep.model;

import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * What {@code model.json} says: everything about a model but its numbers.
 *
 * @param name the model's name
 * @param task {@link #CLASSIFICATION} or {@link #REGRESSION}
 * @param network its input size is the features' width
 * @param label the label's column
 * @param classes the labels by class index; empty for a regression
 * @param features how a row becomes an example
 * @param normalization of the features, of their width
 * @param target what a regression predicts, {@link TargetTransform#NONE} for a classification
 * @param lineage where the model comes from: a JSON tree of strings, booleans, integers, finite doubles, lists and maps;
 *     integers become {@code Long} and floats {@code Double}, and the order is kept
 */
public record ModelDescription(
        String name,
        String task,
        NetworkSpec network,
        String label,
        List<String> classes,
        FeatureSchema features,
        Normalization normalization,
        TargetTransform target,
        Map<String, Object> lineage) {

    public static final String CLASSIFICATION = "classification";
    public static final String REGRESSION = "regression";

    /**
     * @throws IllegalArgumentException where the parts do not fit each other
     */
    public ModelDescription {
        classes = List.copyOf(classes);
        lineage = JsonTree.canonical(lineage, "lineage");
        require(!name.isEmpty(), "name is empty");
        require(!label.isEmpty(), "label is empty");
        require(
                features.columns().stream().map(FeatureColumn::name).noneMatch(label::equals),
                "label column \"" + label + "\" is a feature as well");
        require(
                network.input().size() == features.width(),
                "network takes " + network.input().size() + " features, the feature columns make " + features.width());
        require(
                normalization.width() == features.width(),
                "normalization is for " + normalization.width() + " features, the feature columns make "
                        + features.width());
        int outputs = network.outputs();
        switch (task) {
            case CLASSIFICATION -> {
                int expected = network.loss().kind() == Loss.Kind.SIGMOID_CROSS_ENTROPY && outputs == 1 ? 2 : outputs;
                require(
                        !network.loss().isRegression(),
                        "a classification cannot have the loss "
                                + network.loss().kind().configName());
                require(classes.size() >= 2, "a classification has at least two classes, got " + classes.size());
                require(
                        classes.size() == expected,
                        "there are " + classes.size() + " classes, the network's outputs are for " + expected);
                require(new HashSet<>(classes).size() == classes.size(), "a class stands there twice");
                require(target.equals(TargetTransform.NONE), "a classification has no target transform");
            }
            case REGRESSION -> {
                require(
                        network.loss().isRegression(),
                        "a regression has the loss halved_squared or huber, not "
                                + network.loss().kind().configName());
                require(classes.isEmpty(), "a regression has no classes, got " + classes.size());
                require(outputs == 1, "a regression on one label has one output, the network has " + outputs);
            }
            default ->
                throw new IllegalArgumentException(
                        "task is \"" + task + "\", known: " + CLASSIFICATION + ", " + REGRESSION);
        }
        try {
            network.parameterCount();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("network has more than " + Integer.MAX_VALUE + " parameters", e);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
