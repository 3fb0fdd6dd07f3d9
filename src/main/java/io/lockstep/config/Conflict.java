package io.lockstep.config;

import io.lockstep.nn.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two keys that are right by themselves and contradict each other.
 *
 * @param path of the key to blame
 * @param other of the key that it contradicts
 */
record Conflict(String path, String other, String message) {

    static List<Conflict> among(
            Task task, DataConfig data, List<HiddenLayer> network, Initializer initializer, TrainingConfig training) {
        List<Conflict> conflicts = new ArrayList<>();
        columns(data, conflicts);
        if (task != Task.REGRESSION && data.target() != TargetTransform.NONE) {
            conflicts.add(new Conflict(
                    "data.target",
                    "task",
                    "only a regression has a target to transform, and task is " + task.configName()
                            + ". Remove the key."));
        }
        pictures(data, conflicts);
        if (data.image().isPresent() && data.audio().isPresent()) {
            conflicts.add(new Conflict(
                    "data.audio",
                    "data.image",
                    "an example is a picture or a sound, not both. Remove one of the two."));
        }
        labels(task, data, conflicts);
        if (task != Task.CLASSIFICATION && training.classWeights().isPresent()) {
            conflicts.add(new Conflict(
                    "training.class_weights",
                    "task",
                    "only a classification has classes to weigh, and task is " + task.configName()
                            + ". Remove the key; data.weight weighs examples."));
        }
        if (task != Task.REGRESSION && training.loss().isPresent()) {
            conflicts.add(new Conflict(
                    "training.loss",
                    "task",
                    "only a regression has a choice of losses, and task " + task.configName()
                            + " has its own. Remove the key."));
        }
        if (initializer == Initializer.ZEROS && !network.isEmpty()) {
            conflicts.add(new Conflict(
                    "initializer",
                    "network",
                    "zeros fits only a net without hidden layers: hidden units that start alike get the same gradient"
                            + " and stay alike for ever. Use auto."));
        }
        if (network.stream().anyMatch(layer -> layer.batchNorm().isPresent())
                && training.batchSize().equals(BatchSize.of(1))) {
            conflicts.add(new Conflict(
                    "training.batch_size",
                    "network",
                    "batch normalization takes the variance of a mini-batch, and one example has none. Raise it, or"
                            + " remove batch_norm."));
        }
        training.earlyStopping()
                .map(EarlyStopping::metric)
                .filter(metric -> !metric.fits(task))
                .ifPresent(metric -> conflicts.add(new Conflict(
                        "training.early_stopping.metric",
                        "task",
                        metric.configName() + " is not defined for task " + task.configName() + ". Known: "
                                + Choices.list(metricsOf(task)) + ".")));
        training.augment().ifPresent(spec -> conflicts.addAll(AugmentConflicts.among(spec, data)));
        return List.copyOf(conflicts);
    }

    /** What has no sparse form. */
    static List<Conflict> ofStorage(DataConfig data, double inputDropout) {
        if (data.storage() != StorageChoice.SPARSE) {
            return List.of();
        }
        List<Conflict> conflicts = new ArrayList<>();
        if (data.image().isPresent()) {
            conflicts.add(
                    new Conflict("data.storage", "data.image", "pictures are stored dense. Set data.storage: auto."));
        }
        if (data.audio().isPresent()) {
            conflicts.add(
                    new Conflict("data.storage", "data.audio", "sounds are stored dense. Set data.storage: auto."));
        }
        if (inputDropout > 0) {
            conflicts.add(new Conflict(
                    "data.storage",
                    "input_dropout",
                    "input_dropout sets normalized features to 0, which leaves no sparse ones. Set data.storage: auto,"
                            + " or input_dropout: 0."));
        }
        return conflicts;
    }

    /** What two models of a task cannot be compared by. */
    static List<Conflict> ofRetraining(Task task, RetrainConfig retrain) {
        return retrain
                .metric()
                .filter(metric -> !RetrainConfig.comparable(metric, task))
                .map(metric -> new Conflict(
                        "retrain.metric",
                        "task",
                        metric.configName() + " is nothing that two models of task " + task.configName()
                                + " are compared by, row by row."))
                .stream()
                .toList();
    }

    private static void pictures(DataConfig data, List<Conflict> conflicts) {
        boolean files = data.format().filter(DataFormat.IMAGE::equals).isPresent();
        if (files && data.image().isEmpty()) {
            conflicts.add(new Conflict(
                    "data.format",
                    "data.image",
                    "image files need the size to which they are resized. Add data.image: { height: 28, width: 28,"
                            + " channels: 1 }, with sizes of your choice."));
        }
        if (files && data.imageColumn().isPresent()) {
            conflicts.add(new Conflict(
                    "data.image.column",
                    "data.format",
                    "a folder of image files has no columns. Remove the key, or name the table's format."));
        }
        boolean decoded = files || data.imageColumn().isPresent();
        if (decoded
                && data.image()
                        .filter(image -> image.channels() == 1 || image.channels() == 3)
                        .isEmpty()
                && data.image().isPresent()) {
            conflicts.add(new Conflict(
                    "data.image.channels",
                    "data.format",
                    "image files are decoded to 1 channel (grey) or 3 (red, green, blue), found "
                            + data.image().get().channels() + "."));
        }
        data.imageColumn()
                .filter(name -> !isFeature(name, data))
                .ifPresent(name -> conflicts.add(noFeature("data.image.column", name)));
        data.imageColumn()
                .filter(data.labels()::contains)
                .ifPresent(name -> conflicts.add(labelIn("data.image.column", name, "the picture")));
    }

    private static void columns(DataConfig data, List<Conflict> conflicts) {
        for (String label : data.labels()) {
            if (data.features() instanceof FeatureSelection.Only only
                    && only.names().contains(label)) {
                conflicts.add(labelIn("data.features", label, "a feature that gives the answer away"));
            }
            if (data.key().contains(label)) {
                conflicts.add(labelIn("data.key", label, "part of what identifies an example"));
            }
        }
        data.weight().ifPresent(weight -> weight(weight, data, conflicts));
        for (String name : data.hashing().keySet()) {
            if (data.labels().contains(name)) {
                conflicts.add(labelIn("data.hashing", name, "a hashed feature"));
            } else if (!isFeature(name, data)) {
                conflicts.add(noFeature("data.hashing", name));
            } else if (data.categorical() instanceof CategoricalSelection.Named categorical
                    && categorical.names().contains(name)) {
                conflicts.add(new Conflict(
                        "data.hashing",
                        "data.categorical",
                        "column \"" + name + "\" is one-hot by data.categorical. Remove it there or here."));
            }
        }
        if (!(data.categorical() instanceof CategoricalSelection.Named categorical)) {
            return;
        }
        for (String name : categorical.names()) {
            if (data.labels().contains(name)) {
                conflicts.add(labelIn("data.categorical", name, "a categorical feature"));
            } else if (!isFeature(name, data)) {
                conflicts.add(noFeature("data.categorical", name));
            }
        }
    }

    private static void labels(Task task, DataConfig data, List<Conflict> conflicts) {
        int labels = data.labels().size();
        if (task == Task.CLASSIFICATION && labels > 1) {
            conflicts.add(new Conflict(
                    "data.label",
                    "task",
                    "a classification has one label column, found " + labels
                            + ". Name one; if each of them is 0 or 1, set task: multilabel."));
        }
        if (task == Task.MULTILABEL && labels < 2) {
            conflicts.add(new Conflict(
                    "data.label",
                    "task",
                    "a multilabel task has a list of at least two label columns, found " + labels
                            + ". For one column set task: classification."));
        }
        boolean singleLabelled = data.format()
                .map(format -> format == DataFormat.IDX || format == DataFormat.LIBSVM || format == DataFormat.IMAGE)
                .orElse(false);
        if (singleLabelled && labels > 1) {
            conflicts.add(new Conflict(
                    "data.label",
                    "data.format",
                    "the format " + data.format().orElseThrow().configName() + " holds one label, found " + labels
                            + ". Name one."));
        }
    }

    private static void weight(String weight, DataConfig data, List<Conflict> conflicts) {
        if (data.labels().contains(weight)) {
            conflicts.add(new Conflict(
                    "data.weight",
                    "data.label",
                    "column \"" + weight + "\" is a label and cannot be the weight as well. Name another."));
        }
        if (data.features() instanceof FeatureSelection.Only only
                && only.names().contains(weight)) {
            conflicts.add(new Conflict(
                    "data.features",
                    "data.weight",
                    "column \"" + weight + "\" is the weight and cannot be a feature. Remove it here."));
        }
    }

    private static boolean isFeature(String name, DataConfig data) {
        if (data.weight().equals(Optional.of(name))) {
            return false;
        }
        FeatureSelection features = data.features();
        if (features instanceof FeatureSelection.Only only) {
            return only.names().contains(name);
        }
        return !(features instanceof FeatureSelection.AllExcept except)
                || !except.names().contains(name);
    }

    private static Conflict noFeature(String path, String name) {
        return new Conflict(
                path,
                "data.features",
                "column \"" + name + "\" is no feature. Add it to data.features, or remove it here.");
    }

    private static Conflict labelIn(String path, String label, String role) {
        return new Conflict(
                path,
                "data.label",
                "column \"" + label + "\" is the label and cannot be " + role + ". Remove it here.");
    }

    private static List<String> metricsOf(Task task) {
        List<String> names = new ArrayList<>();
        for (EvaluationMetric metric : EvaluationMetric.values()) {
            if (metric.fits(task)) {
                names.add(metric.configName());
            }
        }
        return names;
    }
}
