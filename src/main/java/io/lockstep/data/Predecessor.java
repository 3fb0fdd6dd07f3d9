package io.lockstep.data;

import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.MissingValues;
import io.lockstep.model.ModelDescription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a training takes over from an earlier model.
 *
 * @param encoding the model whose features, classes and normalization are taken where the new rows fit them, because its θ
 *     means something for those alone; empty: they are learnt anew
 * @param seen files that are not trained on again
 */
public record Predecessor(Optional<ModelDescription> encoding, Set<DataFile> seen) {
    /** Nothing. */
    public static final Predecessor NONE = new Predecessor(Optional.empty(), Set.of());

    public Predecessor {
        seen = Set.copyOf(seen);
    }

    /**
     * What of the earlier model is taken over.
     *
     * @param model whose encoding it is
     * @param obstacle why it is not the earlier model's, where it should be
     */
    record Inheritance(Optional<ModelDescription> model, Optional<String> obstacle) {}

    /** What is taken over by rows of these classes that by themselves would be encoded as {@code fresh}. */
    Inheritance inheritance(Collection<String> classes, FeatureSchema fresh) {
        Optional<String> obstacle = encoding.flatMap(model -> unknownClass(model, classes)
                .map(name -> "class \"" + name + "\" is new")
                .or(() -> obstacle(model, fresh)));
        return new Inheritance(obstacle.isPresent() ? Optional.empty() : encoding, obstacle);
    }

    /** How wide the vectors of a libsvm file are, whatever is in the new ones. */
    OptionalInt vectorSize() {
        return encoding.stream()
                .flatMap(model -> model.features().columns().stream())
                .filter(FeatureColumn.VectorColumn.class::isInstance)
                .mapToInt(FeatureColumn::width)
                .findFirst();
    }

    /** The first of {@code classes} that the earlier model does not know. */
    private static Optional<String> unknownClass(ModelDescription model, Collection<String> classes) {
        return classes.stream()
                .filter(name -> !model.classes().contains(name))
                .sorted()
                .findFirst();
    }

    /** Why rows that by themselves would be encoded as {@code fresh} cannot be encoded as the earlier model does. */
    private static Optional<String> obstacle(ModelDescription model, FeatureSchema fresh) {
        Map<String, FeatureColumn> now = byName(fresh);
        for (FeatureColumn column : model.features().columns()) {
            FeatureColumn other = now.remove(column.name());
            if (other == null) {
                return Optional.of("there is no feature column \"" + column.name() + "\" any more");
            }
            if (!column.getClass().equals(other.getClass()) || size(column) != size(other)) {
                return Optional.of("column \"" + column.name() + "\" is another kind of feature now");
            }
            if (column.missing() == MissingValues.ERROR && other.missing() != MissingValues.ERROR) {
                return Optional.of("column \"" + column.name() + "\" may have missing values now");
            }
        }
        return now.keySet().stream().findFirst().map(name -> "feature column \"" + name + "\" is new");
    }

    /** How many features it is declared to become; 0 where the rows decide. */
    private static int size(FeatureColumn column) {
        if (column instanceof FeatureColumn.Hashed hashed) {
            return hashed.buckets();
        }
        return column instanceof FeatureColumn.VectorColumn || column instanceof FeatureColumn.Image
                ? column.width()
                : 0;
    }

    /** Sentences on what is new in the rows and means nothing to the earlier model. */
    static List<String> warnings(ModelDescription model, FeatureSchema fresh) {
        Map<String, FeatureColumn> now = byName(fresh);
        List<String> warnings = new ArrayList<>();
        for (FeatureColumn column : model.features().columns()) {
            if (column instanceof FeatureColumn.Categorical before
                    && now.get(column.name()) instanceof FeatureColumn.Categorical after) {
                List<String> unknown = after.levels().stream()
                        .filter(level -> !before.levels().contains(level))
                        .toList();
                if (!unknown.isEmpty()) {
                    warnings.add(
                            "Column " + column.name() + " has " + unknown.size()
                                    + (unknown.size() == 1 ? " level" : " levels")
                                    + " that the champion does not know, such as \"" + unknown.get(0)
                                    + "\"; a warm start takes them for none of its levels, retrain.start: scratch learns them.");
                }
            }
        }
        return warnings;
    }

    private static Map<String, FeatureColumn> byName(FeatureSchema schema) {
        Map<String, FeatureColumn> columns = new LinkedHashMap<>();
        schema.columns().forEach(column -> columns.put(column.name(), column));
        return columns;
    }
}
