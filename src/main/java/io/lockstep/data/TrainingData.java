package io.lockstep.data;

import io.lockstep.config.BatchSize;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.error.LockstepException;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.ModelDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** All that a training needs of its data: the sets in canonical order, and what was learnt from the training rows. */
public final class TrainingData implements AutoCloseable {
    /** Examples of a shard and step below which a matrix product is too thin (measured: ARCHITECTURE, Shards). */
    private static final int THICK_SLICE = 256;

    private static final int FEWEST_SHARDS = 2;
    private static final int FULL_BATCH_SHARDS = 16;

    /** By the key that names them. */
    private final Map<String, Tables.Source> sources;

    private final Encoding encoding;
    private final TrainingSets sets;
    private final Preparations preparations;

    TrainingData(Map<String, Tables.Source> sources, Encoding encoding, TrainingSets sets, Preparations preparations) {
        this.sources = Map.copyOf(sources);
        this.encoding = encoding;
        this.sets = sets;
        this.preparations = preparations;
    }

    /**
     * What a look at all rows told of those to train on.
     *
     * @param examples m
     * @param classes 0 for the other tasks
     * @param size of an example
     */
    public record Surveyed(long examples, int classes, ExampleSize size) {}

    /** Is asked when a network's inputs and outputs are known, before the rows are put in order. */
    @FunctionalInterface
    public interface Preflight {
        /** Throws if no network can be trained on such rows. */
        void surveyed(Surveyed found);
    }

    /**
     * Reads, surveys, encodes, orders and measures the data of a config.
     *
     * @throws DataException if the data cannot be trained on
     */
    public static TrainingData prepare(SparkSession spark, LockstepConfig config) {
        return prepare(spark, config, found -> {});
    }

    /** {@link #prepare(SparkSession, LockstepConfig)}, with a look at what the survey found. */
    public static TrainingData prepare(SparkSession spark, LockstepConfig config, Preflight preflight) {
        return prepare(spark, config, preflight, Predecessor.NONE);
    }

    /** {@link #prepare(SparkSession, LockstepConfig, Preflight)}, after an earlier model. */
    public static TrainingData prepare(
            SparkSession spark, LockstepConfig config, Preflight preflight, Predecessor predecessor) {
        return new TrainingDataReader(spark, config, predecessor).read(preflight);
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

    /** How a row becomes an example. */
    public FeatureSchema features() {
        return preparations.features();
    }

    /** Sentences on what looks as if it were meant otherwise. */
    public List<String> warnings() {
        return encoding.warnings();
    }

    /** The classes by index; empty for a regression and a multilabel task. */
    public List<String> classes() {
        return encoding.classes();
    }

    /** What normalizes the examples, and weighs them for the loss of the training. */
    public ShardedSet.Preparation preparation() {
        return preparations.training();
    }

    /** As {@link #preparation}, but with the weights of {@code data.weight} as they are: for metrics. */
    public ShardedSet.Preparation evaluation() {
        return preparations.evaluation();
    }

    /** The earlier model whose encoding this is. */
    public Optional<ModelDescription> inherited() {
        return encoding.inheritance().model();
    }

    /** Why that of the earlier model was not taken over, where it should be. */
    public Optional<String> obstacle() {
        return encoding.inheritance().obstacle();
    }

    /** How the rows of the training file were dealt. */
    public SplitRule split() {
        Tables.Source train = source(DataRole.TRAIN).orElseThrow();
        return Splitter.ofTrainingFile(encoding.config().data()).rule(key(train));
    }

    private KeyHash key(Tables.Source source) {
        return new KeyHash(
                source.table().schema(), KeyHash.columns(encoding.config().data(), source));
    }

    private Optional<Tables.Source> source(DataRole role) {
        return Optional.ofNullable(sources.get("data." + role.configName()));
    }

    /** The files of a role that has files of its own; of others none. */
    public List<DataFile> files(DataRole role) {
        return source(role).map(Tables.Source::files).orElse(List.of());
    }

    /**
     * The test rows for this training's model and another one.
     *
     * @throws DataException if the other model cannot encode them
     * @throws IllegalArgumentException if there are none
     */
    public PairedRows pairedTest(ModelDescription other) {
        Optional<Tables.Source> own = source(DataRole.TEST);
        Tables.Source rows = own.or(() -> source(DataRole.TRAIN)).orElseThrow();
        try {
            return new PairedRows(
                    rows,
                    key(rows),
                    own.isPresent()
                            ? Splitter.all(DataRole.TEST)
                            : Splitter.ofTrainingFile(encoding.config().data()),
                    features(),
                    encoding.target(rows.table().schema()),
                    Optional.of(other).filter(model -> !model.features().equals(features())),
                    set(DataRole.TEST).bytes());
        } catch (Exception e) {
            // Spark's exceptions are checked but undeclared in Java
            Optional<LockstepException> fault = Faults.of(e);
            if (fault.isPresent()) {
                throw fault.get();
            }
            throw e;
        }
    }

    /** Whether there are examples of {@code role}. */
    public boolean has(DataRole role) {
        return sets.has(role);
    }

    /**
     * The examples of {@code role}.
     *
     * @throws IllegalArgumentException if there are none
     */
    public ShardedSet set(DataRole role) {
        return sets.set(role);
    }

    /** A number that changes with any example of {@code role}, and not with their order. */
    public long fingerprint(DataRole role) {
        return sets.fingerprint(role);
    }

    /** A number that changes with any example of {@code role} and with their canonical order. */
    public long orderFingerprint(DataRole role) {
        return sets.orderFingerprint(role);
    }

    @Override
    public void close() {
        sets.close();
    }
}
