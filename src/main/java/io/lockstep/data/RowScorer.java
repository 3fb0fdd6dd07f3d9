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
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Adds columns to a table that are computed from its rows' features, many rows at a time. */
public final class RowScorer {
    private static final int BATCH_ROWS = 1024;
    /** Of dense examples with very many features a batch has fewer. */
    private static final int BATCH_FLOATS = 4 << 20;

    private static final int FEWEST_ROWS = 16;

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
     * The table with the new columns behind its own.
     *
     * @throws io.lockstep.error.DataException if the table lacks a feature's column, or has it in a type that does not fit
     */
    public static Dataset<Row> score(
            Dataset<Row> table,
            FeatureSchema features,
            Normalization normalization,
            StructType added,
            BatchFunctionFactory factory) {
        StructType schema = table.schema();
        for (StructField field : added.fields()) {
            schema = schema.add(field);
        }
        JavaRDD<InternalRow> scored = Rows.of(table)
                .mapPartitions(new ScoreTask(
                        new ExampleEncoder(features, table.schema()), normalization, features.fills(), factory));
        SparkSession spark = table.sparkSession();
        return ((org.apache.spark.sql.classic.SparkSession) spark).internalCreateDataFrame(scored.rdd(), schema, false);
    }

    /** Scores a partition, batch by batch. */
    private static final class ScoreTask implements FlatMapFunction<Iterator<InternalRow>, InternalRow> {
        private static final long serialVersionUID = 1L;

        private final ExampleEncoder encoder;
        private final Normalization normalization;
        private final List<Double> fills;
        private final BatchFunctionFactory factory;

        ScoreTask(
                ExampleEncoder encoder, Normalization normalization, List<Double> fills, BatchFunctionFactory factory) {
            this.encoder = encoder;
            this.normalization = normalization;
            this.fills = new ArrayList<>(fills);
            this.factory = factory;
        }

        @Override
        public Iterator<InternalRow> call(Iterator<InternalRow> rows) {
            int most = encoder.storage() == Storage.SPARSE
                    ? BATCH_ROWS
                    : Math.max(FEWEST_ROWS, Math.min(BATCH_ROWS, BATCH_FLOATS / encoder.width()));
            BatchFunction function = factory.create(most);
            return new Scored(
                    rows,
                    most,
                    encoder.storage() == Storage.SPARSE
                            ? new SparseExamples(encoder, new SparseNormalizer(normalization, fills), function)
                            : new DenseExamples(encoder, new Normalizer(normalization, fills), most, function));
        }
    }

    /** The examples of a batch. */
    private interface BatchExamples {
        /** Takes in the {@code j}-th row. */
        void add(InternalRow row, int j);

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
        public void add(InternalRow row, int j) {
            int start = j * encoder.width();
            encoder.encode(row, x, start);
            normalizer.normalize(x, start);
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
        public void add(InternalRow row, int j) {
            encoded.clear();
            encoder.encode(row, encoded);
            encoded.endRow();
            normalizer.normalize(encoded.features(), 0, x);
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
        private final int most;
        private final BatchExamples examples;
        private Iterator<InternalRow> batch = List.<InternalRow>of().iterator();

        Scored(Iterator<InternalRow> rows, int most, BatchExamples examples) {
            this.rows = rows;
            this.most = most;
            this.examples = examples;
        }

        @Override
        public boolean hasNext() {
            if (!batch.hasNext() && rows.hasNext()) {
                batch = nextBatch();
            }
            return batch.hasNext();
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
                InternalRow row = rows.next().copy();
                examples.add(row, read.size());
                read.add(row);
            }
            List<InternalRow> added = examples.score(read.size());
            List<InternalRow> joined = new ArrayList<>(read.size());
            for (int j = 0; j < read.size(); j++) {
                joined.add(new JoinedRow(read.get(j), added.get(j)));
            }
            return joined.iterator();
        }
    }
}
