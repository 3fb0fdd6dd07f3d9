package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.MissingValues;
import io.lockstep.model.Normalization;
import io.lockstep.model.Storage;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.SparseBatch;
import io.lockstep.testing.SparseData;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples that are stored sparse, from the row to the mini-batch. */
class SparseRowsTest {
    @TempDir
    Path dir;

    private static final RowLayout WEIGHTED = new RowLayout(5, 2, RowLayout.Weight.BEHIND_TARGETS, Storage.SPARSE);

    /** Examples as maps, the oracle: {features…, targets, weight}. */
    private static float[][] examples(int n, Random random) {
        float[][] examples = new float[n][8];
        for (float[] example : examples) {
            for (int i = 0; i < 8; i++) {
                example[i] = i < 5 && random.nextInt(3) > 0 ? 0 : (float) random.nextGaussian();
            }
        }
        return examples;
    }

    private static SparseRows rows(float[][] examples) {
        SparseRows rows = new SparseRows(WEIGHTED);
        for (float[] example : examples) {
            for (int i = 0; i < 5; i++) {
                rows.put(i, example[i]);
            }
            rows.endRow();
            for (int t = 0; t < 3; t++) {
                rows.setTail(rows.rows() - 1, t, example[5 + t]);
            }
        }
        return rows;
    }

    @Test
    void aFileGivesBackWhatWasWrittenAlsoWhereItIsMappedInManySegments() throws IOException {
        float[][] examples = examples(40, new Random(1));
        // all zeros, and none
        Arrays.fill(examples[7], 0, 5, 0);
        Arrays.fill(examples[8], 0, 5, 1);
        // the largest example has (1 + 2·5 + 3)·4 = 56 bytes: of 60 some are left over in each segment
        for (long segment : new long[] {60, 112, SparseRowFile.SEGMENT_BYTES}) {
            try (SparseRowFile.Writer writer = new SparseRowFile.Writer(dir, WEIGHTED, segment)) {
                writer.write(rows(Arrays.copyOf(examples, 13)));
                writer.write(rows(Arrays.copyOfRange(examples, 13, 40)));
                Shard shard = new Shard(writer.map(new float[5]), WEIGHTED);
                assertThat(shard.rows()).isEqualTo(40);
                for (int count = 0; count <= 40; count++) {
                    shard.load(40 - count, count);
                }
                float[] x = new float[5];
                float[] y = new float[2];
                float[] weight = new float[1];
                SparseBatch batch = shard.newBatch();
                float[] expanded = new float[5];
                for (int row : new int[] {39, 0, 7, 8, 21, 13, 12}) {
                    shard.gather(new int[] {row}, 0, 1, batch, y);
                    batch.expand(0, expanded, 0);
                    shard.read(row, 1, x, y);
                    shard.readWeights(row, 1, weight);
                    assertThat(x).containsExactly(Arrays.copyOf(examples[row], 5));
                    assertThat(expanded).containsExactly(x);
                    assertThat(y).containsExactly(examples[row][5], examples[row][6]);
                    assertThat(weight).containsExactly(examples[row][7]);
                }
            }
        }
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void momentsAreThoseOfTheSameExamplesInFull() {
        float[][] examples = examples(60, new Random(2));
        examples[3][1] = Float.NaN;
        examples[4][1] = Float.NaN;
        IntStream.range(0, 60).forEach(j -> examples[j][2] = 0);
        float[] flat = new float[60 * 8];
        IntStream.range(0, 60).forEach(j -> System.arraycopy(examples[j], 0, flat, 8 * j, 8));
        Moments dense = Moments.of(flat, 8, 60);
        Moments sparse = Moments.of(rows(examples), WEIGHTED);
        assertThat(sparse.count()).isEqualTo(60);
        for (int i = 0; i < 8; i++) {
            assertThat(sparse.count(i)).isEqualTo(dense.count(i));
            // sums of float64 in another order
            assertThat(sparse.mean(i)).isCloseTo(dense.mean(i), within(1e-14));
            assertThat(sparse.deviation(i)).isCloseTo(dense.deviation(i), within(1e-14));
        }
    }

    /** x̃ in float64 is the oracle; two of the features lie where s − c would lose digits, one of these is 0 at times. */
    @Test
    void normalizedFeaturesAreTheFormulas() {
        double[] means = {0.3, 2020, 0, 0.1, 5};
        double[] deviations = {2, 3, 1, 0.01, 4.5};
        List<Double> fills = List.of(0.4, Double.NaN, Double.NaN, Double.NaN, 5.5);
        SparseNormalizer normalizer = new SparseNormalizer(new Normalization(means, deviations), fills);
        assertThat(normalizer.shift()).containsExactly(0.15f, 0, 0, 0, 0);
        float[][] examples = examples(50, new Random(3));
        examples[0] = new float[8];
        for (int j = 1; j < 50; j++) {
            examples[j][1] = 2000 + j;
            examples[j][0] = j % 5 == 0 ? Float.NaN : examples[j][0];
            examples[j][4] = j % 7 == 0 ? Float.NaN : examples[j][4];
        }
        SparseRows normalized = new SparseRows(WEIGHTED);
        normalized.normalize(rows(examples), normalizer);
        SparseBatch shifted = new SparseBatch(normalizer.shift());
        float[] x = new float[5];
        for (int j = 0; j < 50; j++) {
            shifted.clear();
            shifted.addColumn(normalized.features(), j);
            shifted.expand(0, x, 0);
            for (int i = 0; i < 5; i++) {
                double value = Float.isNaN(examples[j][i]) ? fills.get(i) : examples[j][i];
                double expected = (value - means[i]) / deviations[i];
                // s and c are rounded to float32, and |c| ≤ 1
                assertThat((double) x[i]).isCloseTo(expected, within(2e-7 * (1 + Math.abs(expected))));
            }
            for (int t = 0; t < 3; t++) {
                assertThat(normalized.tail(j, t)).isEqualTo(examples[j][5 + t]);
            }
        }
    }

    private static final StructType VECTORS =
            new StructType().add("v", SQLDataTypes.VectorType()).add("y", DataTypes.DoubleType);

    private static CanonicalRows canonical(Dataset<Row> table, Storage storage, int ranges) {
        return CanonicalRows.of(
                Rows.of(table),
                new KeyHash(VECTORS, List.of("y")),
                Splitter.all(DataRole.TRAIN),
                new ExampleEncoder(
                        new FeatureSchema(List.of(new FeatureColumn.VectorColumn("v", 6)), storage), VECTORS),
                TargetEncoder.regression("y", TargetTransform.Kind.NONE, VECTORS),
                1,
                new Ranges(List.of(ranges, 1, 1, 1)));
    }

    /** All rows have one key, so that their order is that of the examples themselves. */
    @Test
    void theOrderIsTheSameForAllPartitionsAlsoWhereKeysAreEqual() {
        Random random = new Random(4);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            double[] values = new double[6];
            for (int k = 0; k < 6; k++) {
                values[k] = random.nextInt(2) * (1 + random.nextInt(3));
            }
            rows.add(RowFactory.create(
                    i % 2 == 0 ? Vectors.dense(values) : Vectors.dense(values).toSparse(), 7.0));
        }
        Set<List<List<Float>>> orders = new HashSet<>();
        Set<Long> fingerprints = new HashSet<>();
        for (int partitions : new int[] {1, 3, 7}) {
            for (int ranges : new int[] {1, 6}) {
                Dataset<Row> table = Sets.table(rows, VECTORS, partitions);
                try (CanonicalRows canonical = canonical(table, Storage.SPARSE, ranges);
                        ShardedSet set = canonical.shards(DataRole.TRAIN, 4)) {
                    assertThat(set.isSparse()).isTrue();
                    orders.add(Sets.prepared(
                            set, new ShardedSet.Preparation(Normalization.identity(6), TargetTransform.NONE), 2));
                    fingerprints.add(canonical.fingerprint(DataRole.TRAIN));
                    // 1 + 2·count + 1 words
                    long nonZeros = rows.stream()
                            .mapToLong(row -> row.<org.apache.spark.ml.linalg.Vector>getAs(0)
                                    .numNonzeros())
                            .sum();
                    assertThat(set.bytes()).isEqualTo(4 * (2 * 200 + 2 * nonZeros));
                }
            }
        }
        assertThat(orders).hasSize(1);
        assertThat(fingerprints).hasSize(1);
        List<List<Float>> expected = rows.stream()
                .map(row -> {
                    double[] values =
                            row.<org.apache.spark.ml.linalg.Vector>getAs(0).toArray();
                    return Arrays.stream(values)
                            .mapToObj(value -> (float) value)
                            .toList();
                })
                .sorted(Comparator.comparing(Object::toString))
                .toList();
        assertThat(orders.iterator().next().stream()
                        .map(row -> row.subList(0, 6))
                        .sorted(Comparator.comparing(Object::toString))
                        .toList())
                .isEqualTo(expected);
    }

    @Test
    void aVectorHasOneKeyHoweverItIsStored() {
        StructType array = new StructType().add("v", DataTypes.createArrayType(DataTypes.DoubleType));
        StructType vector = new StructType().add("v", SQLDataTypes.VectorType());
        double[] values = {0, 3, 0, -0.0, 1e-3};
        long ofArray =
                new KeyHash(array, List.of()).hash(new GenericInternalRow(new Object[] {new GenericArrayData(values)}));
        KeyHash hash = new KeyHash(vector, List.of());
        Object dense = struct((byte) 1, null, null, values);
        Object sparse = struct((byte) 0, 5, new int[] {1, 2, 4}, new double[] {3, 0, 1e-3});
        assertThat(hash.hash(new GenericInternalRow(new Object[] {dense}))).isEqualTo(ofArray);
        assertThat(hash.hash(new GenericInternalRow(new Object[] {sparse}))).isEqualTo(ofArray);
        Object longer = struct((byte) 0, 6, new int[] {1, 4}, new double[] {3, 1e-3});
        Object moved = struct((byte) 0, 5, new int[] {1, 3}, new double[] {3, 1e-3});
        assertThat(hash.hash(new GenericInternalRow(new Object[] {longer}))).isNotEqualTo(ofArray);
        assertThat(hash.hash(new GenericInternalRow(new Object[] {moved}))).isNotEqualTo(ofArray);
    }

    /** As VectorUDT stores it. */
    private static InternalRow struct(byte type, Integer size, int[] indices, double[] values) {
        return new GenericInternalRow(new Object[] {
            type, size, indices == null ? null : new GenericArrayData(indices), new GenericArrayData(values)
        });
    }

    @Test
    void anIndexBeyondTheWidthOrOutOfOrderIsAFaultOfTheRow() {
        StructType table = new StructType().add("v", SQLDataTypes.VectorType());
        ExampleEncoder encoder = new ExampleEncoder(
                new FeatureSchema(List.of(new FeatureColumn.VectorColumn("v", 4)), Storage.SPARSE), table);
        SparseRows out = new SparseRows(new RowLayout(4, 0, RowLayout.Weight.NONE, Storage.SPARSE));
        for (int[] indices : new int[][] {{1, 4}, {2, 1}, {1, 1}, {-1, 2}}) {
            InternalRow row = new GenericInternalRow(new Object[] {struct((byte) 0, 4, indices, new double[] {1, 2})});
            assertThatThrownBy(() -> encoder.encode(row, out))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("column \"v\": expected the indexes of a sparse vector to rise from 0 to 3,"
                            + " found " + (indices[0] == -1 ? -1 : indices[1]) + " in ");
        }
    }

    @Test
    void everyKindOfColumnIsEncodedSparseAsItIsDense() {
        StructType table = new StructType()
                .add("number", DataTypes.DoubleType)
                .add("word", DataTypes.StringType)
                .add("city", DataTypes.StringType)
                .add("v", SQLDataTypes.VectorType());
        FeatureSchema schema = new FeatureSchema(List.of(
                new FeatureColumn.Numeric("number", 3, MissingValues.INDICATE, 0),
                new FeatureColumn.Categorical("word", List.of("a", "b"), MissingValues.INDICATE),
                new FeatureColumn.Hashed("city", 5, MissingValues.INDICATE),
                new FeatureColumn.VectorColumn("v", 3)));
        ExampleEncoder encoder = new ExampleEncoder(schema, table);
        SparseRows sparse = new SparseRows(new RowLayout(schema.width(), 0, RowLayout.Weight.NONE, Storage.SPARSE));
        List<Row> rows = List.of(
                RowFactory.create(3.0, "b", "x", Vectors.dense(0, 0, 4)),
                RowFactory.create(null, null, null, Vectors.dense(0, 0, 0)),
                RowFactory.create(-1.0, "neither", "y", Vectors.sparse(3, new int[] {1}, new double[] {2})));
        List<List<Float>> dense = Rows.of(Sets.table(rows, table, 1))
                .map(row -> {
                    float[] out = new float[schema.width()];
                    encoder.encode(row, out, 0);
                    return Sets.list(out);
                })
                .collect();
        List<List<Float>> expanded = Rows.of(Sets.table(rows, table, 1))
                .map(row -> {
                    SparseRows one =
                            new SparseRows(new RowLayout(schema.width(), 0, RowLayout.Weight.NONE, Storage.SPARSE));
                    encoder.encode(row, one);
                    one.endRow();
                    float[] out = new float[schema.width()];
                    one.features().expand(0, out, 0);
                    return Sets.list(out);
                })
                .collect();
        assertThat(expanded).isEqualTo(dense);
        assertThat(dense.get(0)).isEqualTo(Sets.list(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4));
        assertThat(sparse.rows()).isZero();
    }

    @Test
    void theDataAndTheConfigDecide() throws IOException {
        Path folder = SparseData.write(dir.resolve("s"), SparseData.libsvm(120, 500, 5, 1), 2, 1);
        Path narrow = SparseData.write(dir.resolve("n"), SparseData.libsvm(120, 60, 2, 1), 1, 1);
        String train = "train: " + folder;
        assertThat(isSparse(train)).isTrue();
        assertThat(isSparse(train, "storage: dense")).isFalse();
        assertThat(isSparse("train: " + narrow)).isFalse();
        assertThat(isSparse("train: " + narrow, "storage: sparse")).isTrue();
        StringBuilder full = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            full.append(i % 2);
            for (int k = 1; k <= 300; k++) {
                full.append(' ').append(k).append(':').append(i + k);
            }
            full.append('\n');
        }
        Files.writeString(dir.resolve("full.libsvm"), full);
        assertThat(isSparse("train: " + dir.resolve("full.libsvm"))).isFalse();
    }

    private static boolean isSparse(String... data) {
        List<String> all = new ArrayList<>(List.of(data));
        all.add("format: libsvm");
        LockstepConfig config = Sets.config("classification", all.toArray(String[]::new));
        try (TrainingData prepared = Sets.prepare(config)) {
            boolean sparse = prepared.set(DataRole.TRAIN).isSparse();
            assertThat(prepared.features().storage() == Storage.SPARSE).isEqualTo(sparse);
            assertThat(TestSpark.session()).isNotNull();
            return sparse;
        }
    }
}
