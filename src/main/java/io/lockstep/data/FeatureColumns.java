package io.lockstep.data;

import io.lockstep.config.CategoricalSelection;
import io.lockstep.config.DataConfig;
import io.lockstep.config.FeatureSelection;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Missing;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.MissingValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Decides which columns of a table are features, and what becomes of each. */
final class FeatureColumns {
    /** With more levels than this a user is told of hashing. */
    private static final int MANY_LEVELS = 500;

    /** Columns that differ in their numbering alone are a series if they are at least so many. */
    private static final int SERIES = 4;

    private static final Pattern NUMBERING = Pattern.compile("[^\\p{L}]+");
    private static final int NAMED = 8;

    private final DataConfig data;
    private final Optional<String> image;
    private final StructType table;
    private final Columns known;
    private final Set<String> categorical;
    private final List<StructField> features = new ArrayList<>();

    /**
     * Chooses the columns.
     *
     * @param key the columns that identify an example, which are no features; empty: the whole row
     * @param image the column of image files, if there is one
     * @throws ConfigException if the config names a column that is not there
     * @throws DataException if a column is of no use
     */
    FeatureColumns(DataConfig data, StructType table, List<String> key, Optional<String> image) {
        this.data = data;
        this.image = image;
        this.table = table;
        this.known = new Columns(table);
        requireThere("data.hashing", List.copyOf(data.hashing().keySet()));
        this.categorical =
                data.categorical() instanceof CategoricalSelection.Named named ? Set.copyOf(named.names()) : Set.of();
        requireThere("data.label", data.labels());
        requireThere("data.weight", data.weight().stream().toList());
        requireThere("data.key", key);
        requireThere("data.image.column", image.stream().toList());
        if (data.categorical() instanceof CategoricalSelection.Named named) {
            requireThere("data.categorical", named.names());
        }
        if (data.features() instanceof FeatureSelection.Only only) {
            requireThere("data.features", only.names());
            only.names().forEach(name -> features.add(table.fields()[known.ordinal(name)]));
        } else {
            Set<String> excluded = Set.copyOf(excluded());
            Arrays.stream(table.fields())
                    .filter(field -> !data.labels().contains(field.name()))
                    .filter(field -> !data.weight().equals(Optional.of(field.name())))
                    .filter(field -> !key.contains(field.name()))
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
        if (kind == Cells.Kind.DATE && !isCategorical(field)) {
            throw new DataException(
                    "column \"" + field.name() + "\": expected numbers, text or vectors, found dates. If"
                            + " each day is a category, name the column in data.categorical; else exclude it: data.features: {"
                            + " exclude: [" + field.name() + "] }.");
        }
        if (isCategorical(field) && kind == Cells.Kind.VECTOR) {
            throw new DataException("column \"" + field.name() + "\": expected text, numbers or dates for a category,"
                    + " found vectors. Take it out of data.categorical and data.hashing.");
        }
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
        if (data.hashing().containsKey(field.name())) {
            return true;
        }
        if (data.categorical() instanceof CategoricalSelection.Named) {
            return categorical.contains(field.name());
        }
        return Cells.kind(field.dataType()) == Cells.Kind.TEXT;
    }

    /** What a survey must find out, by column. */
    SortedMap<String, Survey.Quest> toSurvey() {
        SortedMap<String, Survey.Quest> quests = new TreeMap<>();
        features.forEach(field -> quests.put(field.name(), quest(field)));
        return quests;
    }

    private Survey.Quest quest(StructField field) {
        if (data.hashing().containsKey(field.name()) || isImage(field)) {
            return Survey.Quest.PRESENCE;
        }
        if (isCategorical(field)) {
            return Survey.Quest.LEVELS;
        }
        return Cells.kind(field.dataType()) == Cells.Kind.VECTOR ? Survey.Quest.SIZE : Survey.Quest.NUMBERS;
    }

    /**
     * The features, now that levels, sizes and gaps are known; the means that fill gaps are still 0.
     *
     * @throws DataException if a column of text looks like one of numbers with a few bad cells, or has no value at all
     */
    FeatureSchema schema(LockstepConfig config, Survey survey) {
        Map<String, Survey.Column> surveyed = byName(survey);
        List<FeatureColumn> columns = new ArrayList<>();
        for (StructField field : features) {
            columns.add(column(field, surveyed.get(field.name())));
        }
        FeatureSchema dense = new FeatureSchema(columns);
        return new FeatureSchema(
                columns, StorageRule.choose(config, dense, nonZeros(dense, survey), survey.rows(DataRole.TRAIN)));
    }

    /** How many features of the training rows are not 0. */
    static double nonZeros(FeatureSchema features, Survey survey) {
        return StorageRule.nonZeros(features, byName(survey));
    }

    private static Map<String, Survey.Column> byName(Survey survey) {
        Map<String, Survey.Column> columns = new HashMap<>();
        survey.columns().forEach(column -> columns.put(column.name(), column));
        return columns;
    }

    private boolean isImage(StructField field) {
        return image.filter(field.name()::equals).isPresent();
    }

    private FeatureColumn column(StructField field, Survey.Column column) {
        if (isImage(field)) {
            return new FeatureColumn.Image(
                    field.name(), data.image().orElseThrow().planes());
        }
        if (Cells.kind(field.dataType()) == Cells.Kind.VECTOR) {
            if (column.vectorSize() == 0) {
                throw new DataException("column \"" + field.name() + "\": expected vectors, found only empty ones.");
            }
            return new FeatureColumn.VectorColumn(field.name(), column.vectorSize());
        }
        if (!column.hasValues()) {
            throw new DataException("column \"" + field.name() + "\": no training row has a value. Exclude it:"
                    + " data.features: { exclude: [" + field.name() + "] }.");
        }
        MissingValues missing = missing(column);
        if (!isCategorical(field)) {
            return new FeatureColumn.Numeric(field.name(), column.range().origin(), missing, 0);
        }
        if (data.hashing().containsKey(field.name())) {
            return new FeatureColumn.Hashed(field.name(), data.hashing().get(field.name()), missing);
        }
        boolean named = data.categorical() instanceof CategoricalSelection.Named;
        if (!named && column.looksNumeric() && column.hasOddText()) {
            throw new DataException("column \"" + field.name() + "\": " + column.describeOddCell()
                    + ". Mend those cells; if they mean missing values, set data.options.nullValue; if the column is a"
                    + " category, name it in data.categorical.");
        }
        return new FeatureColumn.Categorical(field.name(), Survey.sorted(column.levels()), missing);
    }

    private MissingValues missing(Survey.Column column) {
        if (data.missing() == Missing.ERROR) {
            return MissingValues.ERROR;
        }
        // a feature that is 0 in all training rows would enter predictions with a weight that was never trained
        return column.hasMissing() ? MissingValues.INDICATE : MissingValues.IMPUTE;
    }

    /** What a user may want to look at, a sentence for each kind of thing. */
    List<String> warnings(Survey survey) {
        Map<String, Survey.Column> surveyed = byName(survey);
        List<String> warnings = new ArrayList<>();
        Map<String, Long> stems =
                features.stream().collect(Collectors.groupingBy(field -> stem(field.name()), Collectors.counting()));
        List<String> codes = features.stream()
                .filter(field -> !isCategorical(field))
                .map(StructField::name)
                .filter(name -> surveyed.get(name).range().looksCategorical())
                // one of a numbered series, such as the pixels of an image, is no code
                .filter(name -> stems.get(stem(name)) < SERIES)
                .toList();
        if (data.categorical() instanceof CategoricalSelection.Auto && !codes.isEmpty()) {
            warnings.add("Whole numbers with at most " + NumberRange.FEW + " different values are taken as numbers: "
                    + names(codes) + ". Where they are codes without an order, name them in data.categorical.");
        }
        List<String> wide = features.stream()
                .map(StructField::name)
                .filter(name -> surveyed.get(name).levels().size() > MANY_LEVELS)
                .toList();
        if (!wide.isEmpty()) {
            warnings.add("Categories of more than " + MANY_LEVELS + " levels become as many features: " + names(wide)
                    + ". data.hashing: { " + wide.get(0) + ": 64 } would make 64 of them.");
        }
        return warnings;
    }

    private static String names(List<String> columns) {
        String first = columns.stream().limit(NAMED).collect(Collectors.joining(", "));
        return columns.size() > NAMED ? first + ", … (" + columns.size() + " columns)" : first;
    }

    /** A column's name without its numbering. */
    private static String stem(String name) {
        return NUMBERING.matcher(name).replaceAll("");
    }
}
