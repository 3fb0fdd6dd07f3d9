package io.lockstep.model;

import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code model.json} says: everything about a model but its numbers.
 *
 * @param name the model's name
 * @param task {@link #CLASSIFICATION}, {@link #MULTILABEL} or {@link #REGRESSION}
 * @param network its input size is the features' width
 * @param labels the labels' columns, in the order of the outputs; one for a classification
 * @param weight the column of the examples' weights in the training; empty: each weighed 1
 * @param classes the labels by class index; empty for the other tasks
 * @param features how a row becomes an example
 * @param normalization of the features, of their width
 * @param target what a regression predicts, {@link TargetTransform#NONE} for the other tasks
 * @param lineage where the model comes from: a JSON tree of strings, booleans, integers, finite doubles, lists and maps;
 *     integers become {@code Long} and floats {@code Double}, and the order is kept
 */
public record ModelDescription(
        String name,
        String task,
        NetworkSpec network,
        List<String> labels,
        Optional<String> weight,
        List<String> classes,
        FeatureSchema features,
        Normalization normalization,
        TargetTransform target,
        Map<String, Object> lineage) {

    public static final String CLASSIFICATION = "classification";
    public static final String MULTILABEL = "multilabel";
    public static final String REGRESSION = "regression";

    /** Of one label, with examples that weigh the same. */
    public ModelDescription(
            String name,
            String task,
            NetworkSpec network,
            String label,
            List<String> classes,
            FeatureSchema features,
            Normalization normalization,
            TargetTransform target,
            Map<String, Object> lineage) {
        this(name, task, network, List.of(label), Optional.empty(), classes, features, normalization, target, lineage);
    }

    /**
     * @throws IllegalArgumentException where the parts do not fit each other
     */
    public ModelDescription {
        labels = List.copyOf(labels);
        classes = List.copyOf(classes);
        lineage = JsonTree.canonical(lineage, "lineage");
        require(!name.isEmpty(), "name is empty");
        require(!labels.isEmpty() && !labels.contains(""), "label is empty");
        require(new HashSet<>(labels).size() == labels.size(), "a label stands there twice");
        for (FeatureColumn column : features.columns()) {
            require(!labels.contains(column.name()), "label column \"" + column.name() + "\" is a feature as well");
        }
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
                require(labels.size() == 1, "a classification has one label, got " + labels.size());
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
                requireOutputs(labels, outputs);
                require(target.fits(outputs), "target has other numbers of means than there are labels");
            }
            case MULTILABEL -> {
                require(
                        network.loss().kind() == Loss.Kind.SIGMOID_CROSS_ENTROPY,
                        "a multilabel task has the loss sigmoid_cross_entropy, not "
                                + network.loss().kind().configName());
                require(classes.isEmpty(), "a multilabel task has no classes, got " + classes.size());
                require(labels.size() >= 2, "a multilabel task has at least two labels, got " + labels.size());
                requireOutputs(labels, outputs);
                require(target.equals(TargetTransform.NONE), "a multilabel task has no target transform");
            }
            default ->
                throw new IllegalArgumentException(
                        "task is \"" + task + "\", known: " + CLASSIFICATION + ", " + MULTILABEL + ", " + REGRESSION);
        }
        try {
            network.parameterCount();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("network has more than " + Integer.MAX_VALUE + " parameters", e);
        }
    }

    private static void requireOutputs(List<String> labels, int outputs) {
        require(
                outputs == labels.size(),
                labels.size() == 1
                        ? "a regression on one label has one output, the network has " + outputs
                        : "there are " + labels.size() + " labels, the network has " + outputs + " outputs");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
