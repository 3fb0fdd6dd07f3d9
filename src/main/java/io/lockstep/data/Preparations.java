package io.lockstep.data;

import io.lockstep.config.ClassWeights;
import io.lockstep.config.DataConfig;
import io.lockstep.config.Normalize;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.Normalization;
import io.lockstep.model.TargetTransform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is done to examples when they are mapped, learnt from one pass over the training rows: μ, σ and means that fill
 * what is missing, and the scale of the weights.
 *
 * @param features with what fills missing values
 * @param evaluation with weights as they are: for metrics
 * @param training with weights that make the mean loss that of the training
 */
record Preparations(FeatureSchema features, ShardedSet.Preparation evaluation, ShardedSet.Preparation training) {
    /** Of the classes, in a message. */
    private static final int NAMED_CLASSES = 20;

    /**
     * Measures the training rows.
     *
     * @param slots how many tasks do it; decides nothing but the speed
     * @throws DataException if all rows of a set weigh nothing
     */
    static Preparations of(Encoding encoding, TrainingSets sets, int slots) {
        if (encoding.inheritance().model().isPresent()) {
            return inherited(encoding, encoding.inheritance().model().get(), sets, slots);
        }
        FeatureSchema features = encoding.features();
        TargetTransform.Kind target = encoding.targetKind();
        DataConfig data = encoding.config().data();
        int width = features.width();
        boolean normalizes = data.normalize() == Normalize.STANDARD;
        Normalization normalization = Normalization.identity(width);
        TargetTransform transform = TargetTransform.NONE;
        if (normalizes || !features.fills().isEmpty() || target != TargetTransform.Kind.NONE) {
            Moments moments = Statistics.of(sets.set(DataRole.TRAIN), slots, target);
            features = features.filledWith(moments::mean);
            if (normalizes) {
                normalization = normalization(moments, width, data);
            }
            if (target != TargetTransform.Kind.NONE) {
                transform = transform(target, moments, width, data.labels().size());
            }
        }
        ExampleWeights weights = weights(encoding, sets, slots);
        return new Preparations(
                features,
                new ShardedSet.Preparation(normalization, features.fills(), transform),
                new ShardedSet.Preparation(normalization, features.fills(), transform, weights));
    }

    /** θ of the earlier model means something for its own normalization alone. */
    private static Preparations inherited(Encoding encoding, ModelDescription model, TrainingSets sets, int slots) {
        ShardedSet.Preparation before = LabelledData.preparation(model);
        return new Preparations(
                model.features(),
                before,
                new ShardedSet.Preparation(
                        before.normalization(), before.fills(), before.target(), weights(encoding, sets, slots)));
    }

    private static TargetTransform transform(TargetTransform.Kind kind, Moments moments, int width, int labels) {
        List<Double> means = new ArrayList<>();
        List<Double> deviations = new ArrayList<>();
        for (int k = 0; k < labels; k++) {
            means.add(moments.mean(width + k));
            deviations.add(moments.deviation(width + k));
        }
        return new TargetTransform(kind, means, deviations);
    }

    /**
     * μ and σ of each feature. A picture has them of each channel and a sound has one of both: what is shifted in it must
     * not meet another scale, and a pixel that is hardly ever inked must not outweigh the others.
     */
    private static Normalization normalization(Moments moments, int width, DataConfig data) {
        int plane = data.image()
                .map(image -> image.height() * image.width())
                .or(() -> data.audio().map(audio -> width))
                .orElse(1);
        double[] means = new double[width];
        double[] deviations = new double[width];
        for (int from = 0; from < width; from += plane) {
            Arrays.fill(means, from, from + plane, moments.mean(from, plane));
            Arrays.fill(deviations, from, from + plane, moments.deviation(from, plane));
        }
        return new Normalization(means, deviations);
    }

    /** The factors that make the weights of the training set those of its loss, with mean 1. */
    private static ExampleWeights weights(Encoding encoding, TrainingSets sets, int slots) {
        for (Map.Entry<DataRole, ShardedSet> set : sets.byRole().entrySet()) {
            if (encoding.config().data().weight().isPresent()
                    && set.getValue().isWeighted()
                    && WeightSums.of(set.getValue(), slots, 1).weight(0) == 0) {
                throw new DataException(
                        "data.weight: all rows of " + set.getKey().configName() + " weigh 0.");
            }
        }
        ShardedSet train = sets.set(DataRole.TRAIN);
        if (!train.isWeighted()) {
            return ExampleWeights.AS_GIVEN;
        }
        int classes = Math.max(1, encoding.classes().size());
        WeightSums sums = WeightSums.of(train, slots, classes);
        Optional<ClassWeights> rule = encoding.config().training().classWeights();
        List<Double> factors = rule.map(weights -> classWeights(weights, encoding.classes(), sums, train.examples()))
                .orElse(List.of());
        double total = 0;
        for (int k = 0; k < classes; k++) {
            total += (factors.isEmpty() ? 1 : factors.get(k)) * sums.weight(k);
        }
        if (!(total > 0)) {
            throw new DataException("training.class_weights: all training rows weigh 0. Give a class that has weight a"
                    + " class weight above 0.");
        }
        return new ExampleWeights(factors, train.examples() / total);
    }

    private static List<Double> classWeights(ClassWeights rule, List<String> classes, WeightSums sums, long m) {
        if (rule instanceof ClassWeights.ByClass byClass) {
            for (String name : byClass.weights().keySet()) {
                if (!classes.contains(name)) {
                    throw new ConfigException("training.class_weights: no class \"" + name
                            + "\" among the training rows. The classes are: "
                            + String.join(", ", classes.subList(0, Math.min(NAMED_CLASSES, classes.size())))
                            + (classes.size() > NAMED_CLASSES ? ", …" : "") + ".");
                }
            }
            return classes.stream()
                    .map(name -> byClass.weights().getOrDefault(name, 1.0))
                    .toList();
        }
        List<Double> balanced = new ArrayList<>();
        for (int k = 0; k < classes.size(); k++) {
            balanced.add(m / (classes.size() * (double) sums.count(k)));
        }
        return balanced;
    }
}
