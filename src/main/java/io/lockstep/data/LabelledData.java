package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.Storage;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructType;

/** Labelled rows for a finished model to be evaluated on, encoded as the model says. */
public final class LabelledData implements AutoCloseable {
    /** The order decides only in which order a loss is added up; it is the same for everybody. */
    private static final long SEED = 0;

    private final CanonicalRows rows;
    private final ShardedSet set;

    /**
     * Encodes a table.
     *
     * @throws DataException if it lacks a column of the model, a cell cannot be encoded, or it has no rows
     */
    public LabelledData(Tables.Source source, ModelDescription model) {
        this(source, model, Optional.empty());
    }

    /**
     * Encodes a table.
     *
     * @param slices by whose values its rows are told apart; empty for not
     * @throws DataException if it lacks a column of the model, a cell cannot be encoded, or it has no rows
     */
    public LabelledData(Tables.Source source, ModelDescription model, Optional<SliceColumn> slices) {
        this.rows = rows(source, model, slices);
        long count = rows.count(DataRole.TEST);
        if (count == 0) {
            rows.close();
            throw new DataException("--data: there are no rows to evaluate.");
        }
        this.set = rows.shards(DataRole.TEST, TrainingData.evaluationShards(count));
    }

    private static CanonicalRows rows(Tables.Source source, ModelDescription model, Optional<SliceColumn> slices) {
        StructType table = source.table().schema();
        UnreadableImages.requireNoneEmpty(source, model.features(), "--data");
        try {
            long bytes = bytes(source, model);
            return CanonicalRows.of(
                    source.rows(),
                    new KeyHash(table, List.of()),
                    Splitter.all(DataRole.TEST),
                    new ExampleEncoder(model.features(), table),
                    slices.map(column -> target(model, table).sliced(column, table))
                            .orElseGet(() -> target(model, table)),
                    SEED,
                    Ranges.of(role -> role == DataRole.TEST ? bytes : 0));
        } catch (Exception e) {
            // Spark's exceptions are checked but undeclared in Java
            Optional<DataException> images = UnreadableImages.among(source, model.features(), "--data");
            if (images.isPresent()) {
                throw images.get();
            }
            throw e;
        }
    }

    /** How large the encoded rows are, roughly. */
    private static long bytes(Tables.Source source, ModelDescription model) {
        // a non-zero takes at least four characters of a text file, and eight bytes here
        return model.features().storage() == Storage.SPARSE
                ? 2 * source.bytes()
                : source.count() * (model.features().width() + model.labels().size()) * Float.BYTES;
    }

    private static TargetEncoder target(ModelDescription model, StructType table) {
        TargetEncoder target =
                switch (model.task()) {
                    case ModelDescription.CLASSIFICATION ->
                        TargetEncoder.classification(model.labels().get(0), model.classes(), table);
                    case ModelDescription.MULTILABEL -> TargetEncoder.multilabel(model.labels(), table);
                    default ->
                        TargetEncoder.regression(model.labels(), model.target().kind(), table);
                };
        // data without the column is data whose examples weigh the same
        return model.weight()
                .filter(new Columns(table)::has)
                .map(column -> target.weighted(Optional.of(column), table))
                .orElse(target);
    }

    /** The examples. */
    public ShardedSet set() {
        return set;
    }

    /** What the model does to an example before anything else. */
    public static ShardedSet.Preparation preparation(ModelDescription model) {
        return new ShardedSet.Preparation(
                model.normalization(), model.features().fills(), model.target());
    }

    @Override
    public void close() {
        set.close();
        rows.close();
    }
}
