package io.lockstep.data;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.TargetTransform;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** Makes sets of examples for tests, and reads them back. */
final class Sets {
    private Sets() {}

    /** A config: {@code data} is the inside of the section {@code data}, one key to a line. */
    static LockstepConfig config(String task, String... data) {
        return seeded(1, task, data);
    }

    static LockstepConfig seeded(long seed, String task, String... data) {
        return ConfigReader.read(
                "task: " + task + "\ntraining: { seed: " + seed + " }\ndata:\n  " + String.join("\n  ", data) + "\n",
                "test.yaml",
                List.of());
    }

    /** A regression of y on all rows of a file. */
    static LockstepConfig allForTraining(Path train, String... more) {
        return config(
                "regression",
                Stream.concat(Stream.of("train: " + train, "label: y", "split: { train: 1 }"), Stream.of(more))
                        .toArray(String[]::new));
    }

    static TrainingData prepare(LockstepConfig config) {
        return TrainingData.prepare(TestSpark.session(), config);
    }

    static Path write(Path file, String... lines) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows of doubles as a table x0, x1, …, y with {@code partitions} partitions. */
    static Dataset<Row> table(List<Row> rows, StructType schema, int partitions) {
        return TestSpark.session().createDataFrame(TestSpark.context().parallelize(rows, partitions), schema);
    }

    /** All columns but the last as features, the last as a regression's target, all of it in train. */
    static CanonicalRows canonical(Dataset<Row> table, long seed, int ranges) {
        StructType schema = table.schema();
        String label = schema.fieldNames()[schema.size() - 1];
        return canonical(table, List.of(), label, seed, ranges);
    }

    static CanonicalRows canonical(Dataset<Row> table, List<String> key, String label, long seed, int ranges) {
        StructType schema = table.schema();
        List<FeatureColumn> features = Arrays.stream(schema.fieldNames())
                .filter(name -> !name.equals(label) && !key.contains(name))
                .sorted()
                .<FeatureColumn>map(FeatureColumn.Numeric::new)
                .toList();
        return CanonicalRows.of(
                Rows.of(table),
                new KeyHash(schema, key),
                Splitter.all(DataRole.TRAIN),
                new ExampleEncoder(new FeatureSchema(features), schema),
                TargetEncoder.regression(label, TargetTransform.Kind.NONE, schema),
                seed,
                new Ranges(List.of(ranges, 1, 1, 1)));
    }

    /** The examples as stored, in order: features, then the target. */
    static List<List<Float>> stored(ShardedSet set, int tasks) {
        int stride = set.layout().stride();
        return set.raw(tasks)
                .mapPartitions(iterator -> {
                    List<List<Float>> rows = new ArrayList<>();
                    iterator.next().forEachBlock(3, (range, block, examples, count) -> {
                        for (int j = 0; j < count; j++) {
                            rows.add(list(Arrays.copyOfRange(examples, j * stride, (j + 1) * stride)));
                        }
                    });
                    return rows.iterator();
                })
                .collect();
    }

    /** The examples as a training sees them, in order: normalized features, then the transformed target. */
    static List<List<Float>> prepared(ShardedSet set, ShardedSet.Preparation preparation, int tasks) {
        int width = set.width();
        return set.normalized(tasks, preparation)
                .mapPartitions(iterator -> {
                    ShardTask task = iterator.next();
                    List<List<Float>> rows = new ArrayList<>();
                    for (ShardRange range : task.shards()) {
                        Shard shard = task.shard(range);
                        float[] x = new float[shard.rows() * width];
                        float[] y = new float[shard.rows()];
                        shard.read(0, shard.rows(), x, y);
                        for (int j = 0; j < y.length; j++) {
                            float[] row = Arrays.copyOfRange(x, j * width, (j + 1) * width + 1);
                            row[width] = y[j];
                            rows.add(list(row));
                        }
                    }
                    return rows.iterator();
                })
                .collect();
    }

    /** The features and targets of a config's training rows as stored, in order. */
    static List<List<Float>> trainRows(LockstepConfig config) {
        try (TrainingData data = prepare(config)) {
            return stored(data.set(DataRole.TRAIN), 1);
        }
    }

    static List<Float> list(float... values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    /** The moments of every column, computed with {@code tasks} tasks. */
    static Moments moments(ShardedSet set, int tasks) {
        return Statistics.of(set, tasks, TargetTransform.Kind.NONE);
    }
}
