package io.lockstep.data;

import io.lockstep.config.BatchSize;
import io.lockstep.config.ClassWeights;
import io.lockstep.config.DataConfig;
import io.lockstep.config.DataFormat;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Normalize;
import io.lockstep.config.Split;
import io.lockstep.config.Task;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.LockstepException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.Normalization;
import io.lockstep.model.Storage;
import io.lockstep.model.TargetTransform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** All that a training needs of its data: the sets in canonical order, and what was learnt from the training rows. */
public final class TrainingData implements AutoCloseable {
    /** Examples of a shard and step below which a matrix product is too thin (measured: ARCHITECTURE, Shards). */
    private static final int THICK_SLICE = 256;

    /** Classes that may have less than two rows each on average; with more of them the label is no class. */
    private static final int MOST_LONELY_CLASSES = 20;

    /** In a message. */
    private static final int NAMED_CLASSES = 20;

    private static final int FEWEST_SHARDS = 2;
    private static final int FULL_BATCH_SHARDS = 16;

    private FeatureSchema features;
    private List<String> classes;
    private List<String> warnings;
    private ShardedSet.Preparation preparation;
    private ShardedSet.Preparation evaluation;
    private final Map<DataRole, ShardedSet> sets = new EnumMap<>(DataRole.class);
    private final Map<DataRole, Long> fingerprints = new EnumMap<>(DataRole.class);
    private final Map<DataRole, Long> orders = new EnumMap<>(DataRole.class);
    /** By the key that names them. */
    private final Map<String, Tables.Source> opened = new LinkedHashMap<>();

    private final List<CanonicalRows> stored = new ArrayList<>();

    /** Is asked when a network's inputs and outputs are known, before the rows are put in order. */
    @FunctionalInterface
    public interface Preflight {
        /** Takes the numbers of training examples, features and classes; throws if no network can be trained on such. */
        void surveyed(long examples, int features, int classes);
    }

    /**
     * Reads, surveys, encodes, orders and measures the data of a config.
     *
     * @throws DataException if the data cannot be trained on
     */
    public static TrainingData prepare(SparkSession spark, LockstepConfig config) {
        return prepare(spark, config, (examples, features, classes) -> {});
    }

    /** {@link #prepare(SparkSession, LockstepConfig)}, with a look at what the survey found. */
    public static TrainingData prepare(SparkSession spark, LockstepConfig config, Preflight preflight) {
        TrainingData data = new TrainingData();
        try {
            data.read(spark, config, preflight);
            return data;
        } catch (Exception e) {
            data.close();
            Optional<LockstepException> fault = Faults.of(e);
            if (fault.isPresent()) {
                throw data.unreadableImages().orElse(fault.get());
            }
            throw e;
        }
    }

    private TrainingData() {}

    private Optional<LockstepException> unreadableImages() {
        if (features == null) {
            return Optional.empty();
        }
        return opened.entrySet().stream()
                .flatMap(source -> UnreadableImages.among(source.getValue(), features, source.getKey()).stream())
                .map(LockstepException.class::cast)
                .findFirst();
    }

    private static void requirePictures(DataConfig data, Tables.Source source) {
        if (source.format() == DataFormat.IMAGE && data.image().isEmpty()) {
            throw new ConfigException("data.image: expected the size to which the image files are resized, found none."
                    + " Add data.image: { height: 28, width: 28, channels: 1 }, with sizes of your choice.");
        }
        requireNoStray(source);
    }

    private static void requireNoStray(Tables.Source source) {
        source.oddities().stray().ifPresent(name -> {
            throw new DataException("image " + name + " lies beside the folders of the classes, so that nobody can tell"
                    + " its class. Move it into one of them.");
        });
    }

    private void read(SparkSession spark, LockstepConfig config, Preflight preflight) {
        DataConfig data = config.data();
        Tables tables = Tables.of(spark, data);
        Tables.Source train = tables.open(data.train(), "data.train", OptionalInt.empty());
        StructType table = train.table().schema();
        opened.put("data.train", train);
        requirePictures(data, train);
        boolean files = train.format() == DataFormat.IMAGE;
        List<String> keyColumns = keyColumns(data, train);
        FeatureColumns columns =
                new FeatureColumns(data, table, keyColumns, files ? Optional.of(ImageTable.IMAGE) : data.imageColumn());
        Splitter splitter = splitter(data);
        KeyHash key = new KeyHash(table, keyColumns);
        boolean classification = config.task() == Task.CLASSIFICATION;
        String classLabel = classification ? data.labels().get(0) : "";
        if (classification) {
            TargetEncoder.requireClasses(classLabel, table);
        }
        Survey survey = Survey.of(train.rows(), table, key, splitter, columns.toSurvey(), classLabel);
        if (survey.rows(DataRole.TRAIN) == 0) {
            throw new DataException("data.train: there are no rows to train on in " + data.train() + ".");
        }
        this.classes = classification ? classes(survey, classLabel) : List.of();
        this.features = columns.schema(config, survey);
        this.warnings = columns.warnings(survey);
        requireFew(features);
        requireSize(data, features);
        UnreadableImages.requireNoneEmpty(train, features, "data.train");
        preflight.surveyed(survey.rows(DataRole.TRAIN), features.width(), classes.size());
        TargetTransform.Kind target = TargetTransform.Kind.valueOf(data.target().name());

        int slots = spark.sparkContext().defaultParallelism();
        List<ExecutorSpace> executors =
                ExecutorSpace.of(JavaSparkContext.fromSparkContext(spark.sparkContext()), slots);
        long nonZeros = (long) (FeatureColumns.nonZeros(features, survey) / survey.rows(DataRole.TRAIN));
        long words = features.storage() == Storage.SPARSE ? 1 + 2 * nonZeros : features.width();
        long rowBytes = (words + data.labels().size()) * Float.BYTES;
        long bytes = Stream.of(DataRole.values()).mapToLong(survey::rows).sum() * rowBytes;
        // one-hot columns and compressed files make examples far larger than the file they come from
        double growth = (double) bytes / Math.max(1, train.bytes());
        DiskSpace.require(executors, DiskSpace.needed(bytes, 0), "data.train");
        long mapped = bytes;
        store(train, key, splitter, target, Ranges.of(role -> survey.rows(role) * rowBytes), config);
        for (DataRole role : List.of(DataRole.DEV, DataRole.TEST)) {
            Optional<String> own = role == DataRole.DEV ? data.dev() : data.test();
            if (own.isPresent()) {
                Tables.Source source =
                        tables.open(own.get(), "data." + role.configName(), OptionalInt.of(features.width()));
                opened.put("data." + role.configName(), source);
                requireNoStray(source);
                StructType schema = source.table().schema();
                UnreadableImages.requireNoneEmpty(source, features, "data." + role.configName());
                requireEncodable(schema, data.labels(), "data." + role.configName());
                requireKey(schema, keyColumns, "data." + role.configName(), own.get());
                long grown = (long) (growth * source.bytes());
                DiskSpace.require(executors, DiskSpace.needed(grown, mapped), "data." + role.configName());
                mapped += grown;
                store(
                        source,
                        new KeyHash(schema, keyColumns),
                        Splitter.all(role),
                        target,
                        Ranges.of(each -> each == role ? grown : 0),
                        config);
                if (!sets.containsKey(role)) {
                    throw new DataException("data." + role.configName() + ": " + own.get() + " has no rows.");
                }
            }
        }
        opened.forEach((name, source) -> source.requireUnchanged(name));
        this.evaluation = preparation(slots, data, target);
        this.preparation = new ShardedSet.Preparation(
                evaluation.normalization(), evaluation.fills(), evaluation.target(), weights(slots, config));
    }

    /**
     * The factors that make the weights of the training set those of its loss, with mean 1.
     *
     * @throws DataException if all rows of a set weigh nothing
     */
    private ExampleWeights weights(int slots, LockstepConfig config) {
        for (Map.Entry<DataRole, ShardedSet> set : sets.entrySet()) {
            if (config.data().weight().isPresent()
                    && set.getValue().isWeighted()
                    && WeightSums.of(set.getValue(), slots, 1).weight(0) == 0) {
                throw new DataException(
                        "data.weight: all rows of " + set.getKey().configName() + " weigh 0.");
            }
        }
        if (!set(DataRole.TRAIN).isWeighted()) {
            return ExampleWeights.AS_GIVEN;
        }
        WeightSums sums = WeightSums.of(set(DataRole.TRAIN), slots, Math.max(1, classes.size()));
        Optional<ClassWeights> rule = config.training().classWeights();
        List<Double> factors = rule.map(weights -> classWeights(weights, sums)).orElse(List.of());
        double total = 0;
        for (int k = 0; k < Math.max(1, classes.size()); k++) {
            total += (factors.isEmpty() ? 1 : factors.get(k)) * sums.weight(k);
        }
        if (!(total > 0)) {
            throw new DataException("training.class_weights: all training rows weigh 0. Give a class that has weight a"
                    + " class weight above 0.");
        }
        return new ExampleWeights(factors, set(DataRole.TRAIN).examples() / total);
    }

    private List<Double> classWeights(ClassWeights rule, WeightSums sums) {
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
        double m = set(DataRole.TRAIN).examples();
        List<Double> balanced = new ArrayList<>();
        for (int k = 0; k < classes.size(); k++) {
            balanced.add(m / (classes.size() * (double) sums.count(k)));
        }
        return balanced;
    }

    /** Says which file it is that lacks a column or has it in another type. */
    private void requireEncodable(StructType table, List<String> labels, String key) {
        try {
            Columns columns = new Columns(table);
            labels.forEach(columns::ordinal);
            for (FeatureColumn column : features.columns()) {
                Columns.requireFits(column, table.fields()[columns.ordinal(column.name())].dataType());
            }
        } catch (DataException e) {
            throw new DataException(key + ": " + e.getMessage(), e);
        }
    }

    /** A width that no row can have in memory is refused before arrays of that width are made. */
    private static void requireFew(FeatureSchema features) {
        if (features.width() > Cells.MOST_FEATURES) {
            FeatureColumn widest = features.columns().stream()
                    .max(Comparator.comparingInt(FeatureColumn::width))
                    .orElseThrow();
            throw new DataException("column \"" + widest.name() + "\": makes " + widest.width()
                    + " features, more than " + Cells.MOST_FEATURES + ". Hash a category to fewer buckets"
                    + " (data.hashing), or exclude the column (data.features).");
        }
    }

    /** What the features are declared to be a picture of must have as many pixels. */
    private static void requireSize(DataConfig data, FeatureSchema features) {
        data.image().filter(image -> image.size() != features.width()).ifPresent(image -> {
            throw new DataException("data.image: " + image + " (height×width×channels) makes " + image.size()
                    + " features, and the data has " + features.width()
                    + ". Name the picture's columns in data.features, or mend the sizes; a column of PNG or JPEG files"
                    + " is named in data.image.column.");
        });
    }

    /** Without a part of the key, examples would silently be ordered by the rest of it. */
    private static void requireKey(StructType table, List<String> key, String file, String path) {
        Columns columns = new Columns(table);
        for (String name : key) {
            if (!columns.has(name)) {
                throw new DataException("data.key: no column \"" + name + "\" in the file of " + file + ", " + path
                        + ". It has: " + Columns.names(table) + ". Add the column to that file, or leave it out of"
                        + " data.key.");
            }
        }
    }

    /** The columns that identify an example; empty for all. */
    static List<String> keyColumns(DataConfig data, Tables.Source source) {
        return source.format() == DataFormat.IMAGE && data.key().isEmpty() ? List.of(ImageTable.PATH) : data.key();
    }

    /** Deals the training file to the roles that have no file of their own. */
    static Splitter splitter(DataConfig data) {
        Split split = data.split();
        return Splitter.byFractions(
                split.train(),
                data.dev().isPresent() ? 0 : split.dev(),
                data.test().isPresent() ? 0 : split.test());
    }

    private static List<String> classes(Survey survey, String label) {
        SortedSet<String> names = survey.classes(DataRole.TRAIN);
        if (names.size() == 1) {
            throw new DataException("label column \"" + label + "\": expected at least two classes, found only \""
                    + names.first() + "\" among the training rows.");
        }
        long rows = survey.rows(DataRole.TRAIN);
        if (names.size() > MOST_LONELY_CLASSES && names.size() > rows / 2) {
            throw new DataException("label column \"" + label + "\": " + names.size() + " different values in " + rows
                    + " training rows are too many for classes, e.g. \"" + names.first()
                    + "\". If it is a number to predict, set task: regression.");
        }
        for (DataRole role : List.of(DataRole.DEV, DataRole.TEST)) {
            for (String name : survey.classes(role)) {
                if (!names.contains(name)) {
                    throw new DataException("label column \"" + label + "\": class \"" + name
                            + "\" is among the rows of "
                            + role.configName() + " but not among those of train; the model could never predict it."
                            + " Give it more rows, or leave its rows out.");
                }
            }
        }
        return Survey.sorted(names);
    }

    private void store(
            Tables.Source source,
            KeyHash key,
            Splitter splitter,
            TargetTransform.Kind target,
            Ranges ranges,
            LockstepConfig config) {
        StructType table = source.table().schema();
        CanonicalRows rows = CanonicalRows.of(
                source.rows(),
                key,
                splitter,
                new ExampleEncoder(features, table),
                target(config, target, table),
                config.training().seed(),
                ranges);
        stored.add(rows);
        for (DataRole role : DataRole.values()) {
            long count = rows.count(role);
            if (count > 0) {
                int shards = role == DataRole.TRAIN ? shards(config) : evaluationShards(count);
                sets.put(role, rows.shards(role, shards));
                fingerprints.put(role, rows.fingerprint(role));
                orders.put(role, rows.orderFingerprint(role));
            }
        }
    }

    private TargetEncoder target(LockstepConfig config, TargetTransform.Kind transform, StructType table) {
        DataConfig data = config.data();
        TargetEncoder target =
                switch (config.task()) {
                    case CLASSIFICATION ->
                        TargetEncoder.classification(data.labels().get(0), classes, table);
                    case MULTILABEL -> TargetEncoder.multilabel(data.labels(), table);
                    case REGRESSION -> TargetEncoder.regression(data.labels(), transform, table);
                };
        boolean weighted =
                data.weight().isPresent() || config.training().classWeights().isPresent();
        // a file of dev or test without the column is one whose examples weigh the same
        return weighted ? target.weighted(data.weight().filter(new Columns(table)::has), table) : target;
    }

    /**
     * S: of the config, else from the batch size alone. Few and thick, because every product of a step writes a whole dW
     * however thin the slice; and never one, so that two cores have work.
     */
    public static int shards(LockstepConfig config) {
        if (config.shards().isPresent()) {
            return config.shards().getAsInt();
        }
        return config.training().batchSize() instanceof BatchSize.Rows rows
                ? Math.max(FEWEST_SHARDS, Integer.highestOneBit(Math.max(1, rows.examples() / THICK_SLICE)))
                : FULL_BATCH_SHARDS;
    }

    /** How a set that is only evaluated is cut: by its size alone. */
    static int evaluationShards(long examples) {
        long slices = Math.max(1, Math.min(1024, examples / 1024));
        return Integer.highestOneBit((int) slices);
    }

    private ShardedSet.Preparation preparation(int slots, DataConfig data, TargetTransform.Kind target) {
        boolean normalizes = data.normalize() == Normalize.STANDARD;
        boolean fills = !features.fills().isEmpty();
        if (!normalizes && !fills && target == TargetTransform.Kind.NONE) {
            return new ShardedSet.Preparation(Normalization.identity(features.width()), TargetTransform.NONE);
        }
        Moments moments = Statistics.of(set(DataRole.TRAIN), slots, target);
        int width = features.width();
        this.features = features.filledWith(moments::mean);
        return new ShardedSet.Preparation(
                normalizes ? normalization(moments, features.width(), data) : Normalization.identity(width),
                features.fills(),
                target == TargetTransform.Kind.NONE
                        ? TargetTransform.NONE
                        : transform(target, moments, width, data.labels().size()));
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

    /** How a row becomes an example. */
    public FeatureSchema features() {
        return features;
    }

    /** Sentences on what looks as if it were meant otherwise. */
    public List<String> warnings() {
        return warnings;
    }

    /** The classes by index; empty for a regression and a multilabel task. */
    public List<String> classes() {
        return classes;
    }

    /** What normalizes the examples, and weighs them for the loss of the training. */
    public ShardedSet.Preparation preparation() {
        return preparation;
    }

    /** As {@link #preparation}, but with the weights of {@code data.weight} as they are: for metrics. */
    public ShardedSet.Preparation evaluation() {
        return evaluation;
    }

    /** Whether there are examples of {@code role}. */
    public boolean has(DataRole role) {
        return sets.containsKey(role);
    }

    /**
     * The examples of {@code role}.
     *
     * @throws IllegalArgumentException if there are none
     */
    public ShardedSet set(DataRole role) {
        ShardedSet set = sets.get(role);
        if (set == null) {
            throw new IllegalArgumentException("there are no examples for " + role.configName());
        }
        return set;
    }

    /** A number that changes with any example of {@code role}, and not with their order. */
    public long fingerprint(DataRole role) {
        return fingerprints.getOrDefault(role, 0L);
    }

    /** A number that changes with any example of {@code role} and with their canonical order. */
    public long orderFingerprint(DataRole role) {
        return orders.getOrDefault(role, 0L);
    }

    @Override
    public void close() {
        sets.values().forEach(ShardedSet::close);
        stored.forEach(CanonicalRows::close);
    }
}
