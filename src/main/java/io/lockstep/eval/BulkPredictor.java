package io.lockstep.eval;

import io.lockstep.config.DataFormat;
import io.lockstep.data.RowScorer;
import io.lockstep.data.Tables;
import io.lockstep.data.UnscorableRows;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.FoldedNetwork;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.SparseBatch;
import io.lockstep.train.ShardInference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Scores tables in bulk: {@code prediction}, and for a classification {@code probability}, behind the input columns. Of
 * several labels each has its own columns, in any format: {@code prediction_<label>}, and for a multilabel task (0 or 1)
 * {@code probability_<label>}.
 */
public final class BulkPredictor {
    static final String PREDICTION = "prediction";
    static final String PROBABILITY = "probability";

    /** How the probabilities of the classes are laid out. */
    public enum Layout {
        /** A map from class to probability. */
        NESTED,
        /** A column {@code probability_<class>} for each class, for formats that know no maps. */
        FLAT
    }

    private BulkPredictor() {}

    /**
     * The rows of {@code source} with their predictions, without those that are {@code unscorable}.
     *
     * @throws DataException if the table does not fit the model, or has a column of one of the new names
     */
    public static Dataset<Row> predict(
            Tables.Source source, LoadedModel model, Layout layout, UnscorableRows unscorable) {
        Dataset<Row> table = source.table();
        ModelDescription description = model.description();
        StructType added = columns(description, layout);
        List<String> present = Arrays.asList(table.columns());
        for (String name : added.fieldNames()) {
            if (present.stream().anyMatch(name::equalsIgnoreCase)) {
                throw new DataException(
                        "--data: has a column \"" + name + "\" already; rename it, predictions go there.");
            }
        }
        FoldedNetwork folded = FoldedNetwork.of(description.network(), model.theta());
        Broadcast<float[]> theta = JavaSparkContext.fromSparkContext(
                        table.sparkSession().sparkContext())
                .broadcast(folded.theta());
        NetworkSpec network = folded.spec();
        TargetTransform target = description.target();
        String[] classes = description.classes().toArray(new String[0]);
        boolean multilabel = description.task().equals(ModelDescription.MULTILABEL);
        Dataset<Row> scored = RowScorer.score(
                source,
                description.features(),
                description.normalization(),
                added,
                multilabel
                        ? capacity -> new LabelPredictions(network, theta.value(), capacity)
                        : capacity -> new Predictions(network, target, classes, layout, theta.value(), capacity),
                unscorable);
        return source.format() == DataFormat.CSV && layout == Layout.NESTED ? numbers(scored, description) : scored;
    }

    /** One cell of csv that is none makes Spark take a column of numbers for text; its row is not among these. */
    private static Dataset<Row> numbers(Dataset<Row> scored, ModelDescription model) {
        Set<String> numeric = model.features().columns().stream()
                .filter(FeatureColumn.Numeric.class::isInstance)
                .map(FeatureColumn::name)
                .collect(Collectors.toSet());
        boolean text = false;
        List<Column> columns = new ArrayList<>();
        for (StructField field : scored.schema().fields()) {
            Column column = scored.col("`" + field.name().replace("`", "``") + "`");
            boolean cast = field.dataType() instanceof StringType && numeric.contains(field.name());
            columns.add(cast ? column.cast(DataTypes.DoubleType).as(field.name()) : column);
            text |= cast;
        }
        return text ? scored.select(columns.toArray(Column[]::new)) : scored;
    }

    private static StructType columns(ModelDescription model, Layout layout) {
        StructType columns = new StructType();
        if (model.labels().size() > 1) {
            boolean multilabel = model.task().equals(ModelDescription.MULTILABEL);
            for (String label : model.labels()) {
                columns = columns.add(
                        PREDICTION + "_" + label, multilabel ? DataTypes.IntegerType : DataTypes.DoubleType, false);
            }
            for (String label : multilabel ? model.labels() : List.<String>of()) {
                columns = columns.add(PROBABILITY + "_" + label, DataTypes.FloatType, false);
            }
            return columns;
        }
        if (model.classes().isEmpty()) {
            return columns.add(PREDICTION, DataTypes.DoubleType, false);
        }
        columns = columns.add(PREDICTION, DataTypes.StringType, false);
        if (layout == Layout.NESTED) {
            return columns.add(
                    PROBABILITY, DataTypes.createMapType(DataTypes.StringType, DataTypes.FloatType, false), false);
        }
        for (String name : model.classes()) {
            columns = columns.add(PROBABILITY + "_" + name, DataTypes.FloatType, false);
        }
        return columns;
    }

    /** One task's network for several labels: which are predicted, then their probabilities. */
    private static final class LabelPredictions implements RowScorer.BatchFunction {
        private final Network network;
        private final float[] theta;
        private final int n;

        LabelPredictions(NetworkSpec spec, float[] theta, int capacity) {
            this.network = new Network(spec, capacity);
            this.theta = theta;
            this.n = spec.outputs();
        }

        @Override
        public List<InternalRow> apply(float[] x, int m) {
            return rows(network.outputs(theta, x, m), m);
        }

        @Override
        public List<InternalRow> apply(SparseBatch x) {
            return rows(network.outputs(theta, x), x.columns());
        }

        private List<InternalRow> rows(float[] a, int m) {
            List<InternalRow> rows = new ArrayList<>(m);
            for (int j = 0; j < m; j++) {
                Object[] cells = new Object[2 * n];
                for (int k = 0; k < n; k++) {
                    cells[k] = ShardInference.predictsLabel(a[j * n + k]) ? 1 : 0;
                    cells[n + k] = a[j * n + k];
                }
                rows.add(new GenericInternalRow(cells));
            }
            return rows;
        }
    }

    /** One task's network. */
    private static final class Predictions implements RowScorer.BatchFunction {
        private final Network network;
        private final TargetTransform target;
        private final UTF8String[] classes;
        private final Layout layout;
        private final float[] theta;
        private final int n;

        Predictions(
                NetworkSpec spec,
                TargetTransform target,
                String[] classes,
                Layout layout,
                float[] theta,
                int capacity) {
            this.network = new Network(spec, capacity);
            this.target = target;
            this.classes = Arrays.stream(classes).map(UTF8String::fromString).toArray(UTF8String[]::new);
            this.layout = layout;
            this.theta = theta;
            this.n = spec.outputs();
        }

        @Override
        public List<InternalRow> apply(float[] x, int m) {
            return rows(network.outputs(theta, x, m), m);
        }

        @Override
        public List<InternalRow> apply(SparseBatch x) {
            return rows(network.outputs(theta, x), x.columns());
        }

        private List<InternalRow> rows(float[] a, int m) {
            List<InternalRow> rows = new ArrayList<>(m);
            for (int j = 0; j < m; j++) {
                rows.add(new GenericInternalRow(classes.length == 0 ? regressed(a, j * n) : classified(a, j * n)));
            }
            return rows;
        }

        private Object[] regressed(float[] a, int from) {
            Object[] cells = new Object[n];
            for (int k = 0; k < n; k++) {
                cells[k] = target.restore(k, a[from + k]);
            }
            return cells;
        }

        private Object[] classified(float[] a, int from) {
            Object[] probabilities = new Object[classes.length];
            if (n == 1) {
                probabilities[0] = 1 - a[from];
                probabilities[1] = a[from];
            } else {
                for (int i = 0; i < n; i++) {
                    probabilities[i] = a[from + i];
                }
            }
            UTF8String predicted = classes[ShardInference.predictedClass(a, from, n)];
            if (layout == Layout.NESTED) {
                return new Object[] {
                    predicted, new ArrayBasedMapData(new GenericArrayData(classes), new GenericArrayData(probabilities))
                };
            }
            Object[] cells = new Object[1 + classes.length];
            cells[0] = predicted;
            System.arraycopy(probabilities, 0, cells, 1, probabilities.length);
            return cells;
        }
    }
}
