package io.lockstep.data;

import io.lockstep.model.FeatureSchema;
import io.lockstep.model.ModelDescription;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * The same rows for two models: as the one encodes them, with labels and weights, and as the other does, without. Both are ordered
 * by the hash of the whole row, so that a row has the same rank in both, whatever the two make of it, also where
 * {@code data.key} is that of several rows.
 */
public final class PairedRows implements AutoCloseable {
    private static final long SEED = 0;

    private final CanonicalRows labelled;
    private final ShardedSet challenger;
    private final Optional<CanonicalRows> unlabelled;
    private final ShardedSet champion;

    /**
     * Encodes the test rows of a training.
     *
     * @param role tells which rows are test rows
     * @param other how the other model encodes them; empty: alike
     * @throws io.lockstep.error.DataException if the other model cannot encode one of them
     */
    PairedRows(
            Tables.Source source,
            KeyHash key,
            Splitter role,
            FeatureSchema features,
            TargetEncoder target,
            Optional<ModelDescription> other,
            long bytes) {
        StructType table = source.table().schema();
        JavaRDD<InternalRow> rows = source.rows().filter(new IsTest(key, role));
        this.labelled = ordered(rows, table, features, target, bytes);
        long count = labelled.count(DataRole.TEST);
        this.challenger = labelled.shards(DataRole.TEST, TrainingData.evaluationShards(count));
        try {
            this.unlabelled = other.map(model -> ordered(
                    rows,
                    table,
                    model.features(),
                    TargetEncoder.zeros(
                            model.network().loss().targets(model.network().outputs())),
                    bytes));
            this.champion = unlabelled
                    .map(ordered -> ordered.shards(DataRole.TEST, TrainingData.evaluationShards(count)))
                    .orElse(challenger);
        } catch (Exception e) {
            // Spark's exceptions are checked but undeclared in Java
            challenger.close();
            labelled.close();
            throw e;
        }
    }

    private static CanonicalRows ordered(
            JavaRDD<InternalRow> rows, StructType table, FeatureSchema features, TargetEncoder target, long bytes) {
        return CanonicalRows.of(
                rows,
                new KeyHash(table, List.of()),
                Splitter.all(DataRole.TEST),
                new ExampleEncoder(features, table),
                target,
                SEED,
                Ranges.of(each -> each == DataRole.TEST ? bytes : 0));
    }

    /** As the training's own model sees them, with labels. */
    public ShardedSet challenger() {
        return challenger;
    }

    /** As the other model sees them. */
    public ShardedSet champion() {
        return champion;
    }

    @Override
    public void close() {
        champion.close();
        challenger.close();
        unlabelled.ifPresent(CanonicalRows::close);
        labelled.close();
    }

    /** Whether a row is for testing. */
    private record IsTest(KeyHash key, Splitter role) implements Function<InternalRow, Boolean> {
        @Override
        public Boolean call(InternalRow row) {
            return role.role(key.hash(row)) == DataRole.TEST;
        }
    }
}
