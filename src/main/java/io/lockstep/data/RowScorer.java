package io.lockstep.data;

import io.lockstep.model.FeatureSchema;
import io.lockstep.model.Normalization;
import io.lockstep.model.Storage;
import io.lockstep.nn.SparseBatch;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Adds columns to a table that are computed from its rows' features, many rows at a time. */
public final class RowScorer {
    private static final int BATCH_ROWS = 1024;
    /** Of dense examples with very many features a batch has fewer. */
    private static final int BATCH_FLOATS = 4 << 20;

    private static final int FEWEST_ROWS = 16;

    /** Instead of a column's place, in tasks. */
    private static final int NONE = -1;

    private static final String MALFORMED =
            "the line does not fit the columns: a cell is missing, or one too many, or it is not closed";

    private RowScorer() {}

    /** Computes the new cells of a batch of examples; made anew for each task. */
    public interface BatchFunction {
        /**
         * The new cells, in Spark's internal form, of each example.
         *
         * @param x X (n_x, m), normalized; may be overwritten
         */
        List<InternalRow> apply(float[] x, int m);

        /** The same of sparse examples, all of the batch. */
        List<InternalRow> apply(SparseBatch x);
    }

    /** Makes a {@link BatchFunction} in a task. */
    @FunctionalInterface
    public interface BatchFunctionFactory extends Serializable {
        /** A function for batches of at most {@code capacity} examples. */
        BatchFunction create(int capacity);
    }

    /**
     * The table with the new columns behind its own, without the rows that are {@code unscorable} and the column of
     * malformed lines.
     *
     * @throws io.lockstep.error.DataException if the table lacks a feature's column, or has it in a type that does not fit
     */
    public static Dataset<Row> score(
            Tables.Source source,
            FeatureSchema features,
            Normalization normalization,
            StructType added,
            BatchFunctionFactory factory,
            UnscorableRows unscorable) {
        StructType table = source.table().schema();
        StructType schema = table;
        for (StructField field : added.fields()) {
            schema = schema.add(field);
        }
        int malformed = source.malformed().map(table::fieldIndex).orElse(NONE);
        JavaRDD<InternalRow> scored = source.rows()
                .mapPartitions(new ScoreTask(
                        table,
                        new ExampleEncoder(features, table),
                        normalization,
                        features.fills(),
                        factory,
                        unscorable,
                        malformed));
        SparkSession spark = source.table().sparkSession();
        Dataset<Row> all = ((org.apache.spark.sql.classic.SparkSession) spark)
                .internalCreateDataFrame(scored.rdd(), schema, false);
        return source.malformed().map(all::drop).orElse(all);
    }

    /** Scores a partition, batch by batch. */
    private static final class ScoreTask implements FlatMapFunction<Iterator<InternalRow>, InternalRow> {
        private static final long serialVersionUID = 1L;

        private final ExampleEncoder encoder;
        private final Normalization normalization;
        private final List<Double> fills;
        private final BatchFunctionFactory factory;
        private final StructType table;
        private final UnscorableRows unscorable;
        /** The column of malformed lines. */
        private final int malformed;

        ScoreTask(
                StructType table,
                ExampleEncoder encoder,
                Normalization normalization,
                List<Double> fills,
                BatchFunctionFactory factory,
                UnscorableRows unscorable,
                int malformed) {
            this.table = table;
            this.encoder = encoder;
            this.normalization = normalization;
            this.fills = new ArrayList<>(fills);
            this.factory = factory;
            this.unscorable = unscorable;
            this.malformed = malformed;
        }

        @Override
        public Iterator<InternalRow> call(Iterator<InternalRow> rows) {
            int most = encoder.storage() == Storage.SPARSE
                    ? BATCH_ROWS
                    : Math.max(FEWEST_ROWS, Math.min(BATCH_ROWS, BATCH_FLOATS / encoder.width()));
            BatchFunction function = factory.create(most);
            return new Scored(
                    rows,
                    UnsafeProjection.create(table),
                    most,
                    unscorable.open(),
                    malformed,
                    encoder.storage() == Storage.SPARSE
                            ? new SparseExamples(encoder, new SparseNormalizer(normalization, fills), function)
                            : new DenseExamples(encoder, new Normalizer(normalization, fills), most, function));
        }
    }

    /** The examples of a batch. */
    private interface BatchExamples {
        /** Takes in the {@code j}-th row, if it can be encoded; else what is wrong with it. */
        Optional<String> add(InternalRow row, int j);

        /** The new cells of the {@code m} rows that were taken in; the next ones make another batch. */
        List<InternalRow> score(int m);
    }

    private static final class DenseExamples implements BatchExamples {
        private final ExampleEncoder encoder;
        private final Normalizer normalizer;
        private final BatchFunction function;
        private final float[] x;

        DenseExamples(ExampleEncoder encoder, Normalizer normalizer, int most, BatchFunction function) {
            this.encoder = encoder;
            this.normalizer = normalizer;
            this.function = function;
            this.x = new float[Math.multiplyExact(encoder.width(), most)];
        }

        @Override
        public Optional<String> add(InternalRow row, int j) {
            int start = j * encoder.width();
            Optional<String> fault = encoder.tryEncode(row, x, start);
            if (fault.isEmpty()) {
                normalizer.normalize(x, start);
            }
            return fault;
        }

        @Override
        public List<InternalRow> score(int m) {
            return function.apply(x, m);
        }
    }

    private static final class SparseExamples implements BatchExamples {
        private final ExampleEncoder encoder;
        private final SparseNormalizer normalizer;
        private final BatchFunction function;
        private final SparseRows encoded;
        private final SparseBatch x;

        SparseExamples(ExampleEncoder encoder, SparseNormalizer normalizer, BatchFunction function) {
            this.encoder = encoder;
            this.normalizer = normalizer;
            this.function = function;
            this.encoded = new SparseRows(new RowLayout(encoder.width(), 0, RowLayout.Weight.NONE, Storage.SPARSE));
            this.x = new SparseBatch(normalizer.shift());
        }

        @Override
        public Optional<String> add(InternalRow row, int j) {
            encoded.clear();
            Optional<String> fault = encoder.tryEncode(row, encoded);
            if (fault.isEmpty()) {
                encoded.endRow();
                normalizer.normalize(encoded.features(), 0, x);
            }
            return fault;
        }

        @Override
        public List<InternalRow> score(int m) {
            List<InternalRow> cells = function.apply(x);
            x.clear();
            return cells;
        }
    }

    /** Reads a batch ahead, and hands its rows on one by one. */
    private static final class Scored implements Iterator<InternalRow> {
        private final Iterator<InternalRow> rows;
        private final UnsafeProjection copier;
        private final int most;
        private final UnscorableRows.Part unscorable;
        private final int malformed;
        private final BatchExamples examples;
        private Iterator<InternalRow> batch = List.<InternalRow>of().iterator();
        private long scored;
        private boolean ended;

        Scored(
                Iterator<InternalRow> rows,
                UnsafeProjection copier,
                int most,
                UnscorableRows.Part unscorable,
                int malformed,
                BatchExamples examples) {
            this.rows = rows;
            this.copier = copier;
            this.most = most;
            this.unscorable = unscorable;
            this.malformed = malformed;
            this.examples = examples;
        }

        @Override
        public boolean hasNext() {
            if (batch.hasNext()) {
                return true;
            }
            if (!ended) {
                batch = nextBatch();
                ended = !batch.hasNext();
                if (ended) {
                    unscorable.end(scored);
                }
            }
            return !ended;
        }

        @Override
        public InternalRow next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return batch.next();
        }

        private Iterator<InternalRow> nextBatch() {
            List<InternalRow> read = new ArrayList<>();
            while (read.size() < most && rows.hasNext()) {
                InternalRow row = rows.next();
                Optional<String> fault = malformed != NONE && !row.isNullAt(malformed)
                        ? Optional.of(MALFORMED)
                        : examples.add(row, read.size());
                if (fault.isPresent()) {
                    unscorable.reject(row, fault.get());
                } else {
                    read.add(
                            row instanceof UnsafeRow
                                    ? row.copy()
                                    : copier.apply(row).copy());
                }
            }
            if (read.isEmpty()) {
                return read.iterator();
            }
            scored += read.size();
            List<InternalRow> added = examples.score(read.size());
            List<InternalRow> joined = new ArrayList<>(read.size());
            for (int j = 0; j < read.size(); j++) {
                joined.add(new JoinedRow(read.get(j), added.get(j)));
            }
            return joined.iterator();
        }
    }
}
