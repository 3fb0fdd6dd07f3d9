package io.lockstep.data;

import io.lockstep.config.BatchSize;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureSchema;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** All that a training needs of its data: the sets in canonical order, and what was learnt from the training rows. */
public final class TrainingData implements AutoCloseable {
    /** Examples of a shard and step below which a matrix product is too thin (measured: ARCHITECTURE, Shards). */
    private static final int THICK_SLICE = 256;

    private static final int FEWEST_SHARDS = 2;
    private static final int FULL_BATCH_SHARDS = 16;

    private final Encoding encoding;
    private final TrainingSets sets;
    private final Preparations preparations;

    TrainingData(Encoding encoding, TrainingSets sets, Preparations preparations) {
        this.encoding = encoding;
        this.sets = sets;
        this.preparations = preparations;
    }

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
        return new TrainingDataReader(spark, config).read(preflight);
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
