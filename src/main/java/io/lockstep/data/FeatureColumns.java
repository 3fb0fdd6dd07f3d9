package io.lockstep.data;

import io.lockstep.config.CategoricalSelection;
import io.lockstep.config.DataConfig;
import io.lockstep.config.FeatureSelection;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Decides which columns of a table are features, and what becomes of each. */
final class FeatureColumns {
    private final DataConfig data;
    private final StructType table;
    private final Columns known;
    private final Set<String> categorical;
    private final List<StructField> features = new ArrayList<>();

    /**
     * Chooses the columns.
     *
     * @throws ConfigException if the config names a column that is not there
     * @throws DataException if a column is of no use
     */
    FeatureColumns(DataConfig data, StructType table) {
        this.data = data;
        this.table = table;
        this.known = new Columns(table);
        this.categorical =
                data.categorical() instanceof CategoricalSelection.Named named ? Set.copyOf(named.names()) : Set.of();
        requireThere("data.label", List.of(data.label()));
        requireThere("data.key", data.key());
        if (data.categorical() instanceof CategoricalSelection.Named named) {
            requireThere("data.categorical", named.names());
        }
        if (data.features() instanceof FeatureSelection.Only only) {
            requireThere("data.features", only.names());
            only.names().forEach(name -> features.add(table.fields()[known.ordinal(name)]));
        } else {
            Set<String> excluded = Set.copyOf(excluded());
            Arrays.stream(table.fields())
                    .filter(field -> !field.name().equals(data.label()))
                    .filter(field -> !data.key().contains(field.name()))
                    .filter(field -> !excluded.contains(field.name()))
                    .forEach(features::add);
        }
        if (features.isEmpty()) {
            throw new DataException(
                    "data.train: no column is left for a feature. The data has: " + Columns.names(table));
        }
        features.forEach(this::requireUsable);
    }

    private List<String> excluded() {
        if (data.features() instanceof FeatureSelection.AllExcept except) {
            requireThere("data.features.exclude", except.names());
            return except.names();
        }
        return List.of();
    }

    private void requireThere(String key, List<String> names) {
        for (String name : names) {
            if (!known.has(name)) {
                String meant = Arrays.stream(table.fieldNames())
                        .filter(candidate -> candidate.strip().equalsIgnoreCase(name.strip()))
                        .findFirst()
                        .map(candidate -> " Did you mean \"" + candidate + "\"?")
                        .orElse("");
                throw new DataException(key + ": no column \"" + name + "\" in the data. It has: "
                        + Columns.names(table) + "." + meant);
            }
        }
    }

    private void requireUsable(StructField field) {
        Cells.Kind kind = Cells.kind(field.dataType());
        String exclude = " Exclude it: data.features: { exclude: [" + field.name() + "] }.";
        if (kind == Cells.Kind.UNUSABLE) {
            throw new DataException("column \"" + field.name() + "\": expected numbers, text or vectors, found "
                    + field.dataType().simpleString() + "." + exclude);
        }
        if (kind == Cells.Kind.TEXT && !isCategorical(field)) {
            throw new DataException("column \"" + field.name()
                    + "\": expected numbers, found text, and data.categorical does not name it. Name it there, or"
                    + " exclude it: data.features: { exclude: [" + field.name() + "] }.");
        }
    }

    private boolean isCategorical(StructField field) {
        if (data.categorical() instanceof CategoricalSelection.Named) {
            return categorical.contains(field.name());
        }
        return Cells.kind(field.dataType()) == Cells.Kind.TEXT;
    }

    /** The columns whose levels or vector sizes a survey must find out. */
    List<String> toSurvey() {
        return features.stream()
                .filter(field -> isCategorical(field) || Cells.kind(field.dataType()) == Cells.Kind.VECTOR)
                .map(StructField::name)
                .toList();
    }

    /**
     * The features, now that levels and sizes are known.
     *
     * @throws DataException if a column of text looks like one of numbers with a few bad cells
     */
    FeatureSchema schema(Survey survey) {
        Map<String, Survey.Column> surveyed = new HashMap<>();
        survey.columns().forEach(column -> surveyed.putIfAbsent(column.name(), column));
        List<FeatureColumn> columns = new ArrayList<>();
        for (StructField field : features) {
            Survey.Column column = surveyed.get(field.name());
            columns.add(column == null ? new FeatureColumn.Numeric(field.name()) : surveyed(field, column));
        }
        return new FeatureSchema(columns);
    }

    private FeatureColumn surveyed(StructField field, Survey.Column column) {
        if (Cells.kind(field.dataType()) == Cells.Kind.VECTOR) {
            if (column.vectorSize() == 0) {
                throw new DataException("column \"" + field.name() + "\": expected vectors, found only empty ones.");
            }
            return new FeatureColumn.VectorColumn(field.name(), column.vectorSize());
        }
        if (column.levels().isEmpty()) {
            throw new DataException("column \"" + field.name() + "\": no training row has a value. Exclude it:"
                    + " data.features: { exclude: [" + field.name() + "] }.");
        }
        boolean named = data.categorical() instanceof CategoricalSelection.Named;
        if (!named && column.looksNumeric() && column.hasOddText()) {
            throw new DataException("column \"" + field.name() + "\": " + column.describeOddCell()
                    + ". Mend those cells; if they mean missing values, set data.options.nullValue; if the column is a"
                    + " category, name it in data.categorical.");
        }
        return new FeatureColumn.Categorical(field.name(), Survey.sorted(column.levels()));
    }
}
