package io.lockstep.data;

import io.lockstep.config.DataConfig;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.error.LockstepException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Reads a config's files into {@link TrainingData}: survey, sets, preparations, in this order. */
final class TrainingDataReader {
    private static final String TRAIN = "data.train";

    private final SparkSession spark;
    private final LockstepConfig config;
    private final DataConfig data;
    private final TrainingSets sets = new TrainingSets();
    /** By the key that names them. */
    private final Map<String, Tables.Source> opened = new LinkedHashMap<>();

    private final Predecessor predecessor;
    private Optional<Encoding> surveyed = Optional.empty();

    TrainingDataReader(SparkSession spark, LockstepConfig config, Predecessor predecessor) {
        this.predecessor = predecessor;
        this.spark = spark;
        this.config = config;
        this.data = config.data();
    }

    /** As {@link TrainingData#prepare}; once. */
    TrainingData read(TrainingData.Preflight preflight) {
        try {
            return prepare(preflight);
        } catch (Exception e) {
            sets.close();
            Optional<LockstepException> fault = Faults.of(e);
            if (fault.isPresent()) {
                throw unreadableImages().orElse(fault.get());
            }
            throw e;
        }
    }

    private Optional<LockstepException> unreadableImages() {
        return opened.entrySet().stream()
                .flatMap(source -> surveyed
                        .flatMap(known -> UnreadableImages.among(source.getValue(), known.features(), source.getKey()))
                        .stream())
                .map(LockstepException.class::cast)
                .findFirst();
    }

    private TrainingData prepare(TrainingData.Preflight preflight) {
        Tables tables = Tables.of(spark, data);
        Tables.Source train = open(tables, data.train(), TRAIN, predecessor.vectorSize(), predecessor.seen());
        Encoding encoding = survey(train);
        ExampleSize size = encoding.exampleSize();
        preflight.surveyed(new TrainingData.Surveyed(
                encoding.examples(), encoding.classes().size(), size));

        int slots = spark.sparkContext().defaultParallelism();
        DiskBudget disk =
                new DiskBudget(ExecutorSpace.of(JavaSparkContext.fromSparkContext(spark.sparkContext()), slots), size);
        double rows = encoding.rows();
        disk.take(rows, TRAIN);
        List<String> keyColumns = KeyHash.columns(data, train);
        sets.store(train, keyColumns, Splitter.ofTrainingFile(data), encoding, Ranges.of(role ->
                (long) (encoding.survey().rows(role) * size.packed())));
        // one-hot columns and compressed files make examples far larger than the file they come from
        double rowsOfByte = rows / Math.max(1, train.bytes());
        for (DataRole role : List.of(DataRole.DEV, DataRole.TEST)) {
            Optional<String> own = role == DataRole.DEV ? data.dev() : data.test();
            own.ifPresent(path -> storeOwn(tables, role, path, keyColumns, encoding, rowsOfByte, disk));
        }
        opened.forEach((name, source) -> source.requireUnchanged(name));
        return new TrainingData(opened, encoding, sets, Preparations.of(encoding, sets, slots));
    }

    private Tables.Source open(Tables tables, String path, String key, OptionalInt width, Set<DataFile> without) {
        Tables.Source source = tables.open(path, key, width, without);
        opened.put(key, source);
        return source;
    }

    private Encoding survey(Tables.Source train) {
        SourceChecks.requirePictures(data, train);
        SourceChecks.requireNoStray(train);
        Encoding encoding = Encoding.of(config, train, predecessor);
        surveyed = Optional.of(encoding);
        SourceChecks.requireFew(encoding.features());
        ShardRange.requireFew(encoding.examples(), config);
        SourceChecks.requireSize(data, encoding.features());
        UnreadableImages.requireNoneEmpty(train, encoding.features(), TRAIN);
        return encoding;
    }

    /** Stores a set that has a file of its own. */
    private void storeOwn(
            Tables tables,
            DataRole role,
            String path,
            List<String> keyColumns,
            Encoding encoding,
            double rowsOfByte,
            DiskBudget disk) {
        String key = "data." + role.configName();
        Tables.Source source =
                open(tables, path, key, OptionalInt.of(encoding.features().width()), Set.of());
        SourceChecks.requireNoStray(source);
        StructType table = source.table().schema();
        UnreadableImages.requireNoneEmpty(source, encoding.features(), key);
        SourceChecks.requireEncodable(table, data.labels(), encoding.features(), key);
        SourceChecks.requireKey(table, keyColumns, key, path);
        double rows = rowsOfByte * source.bytes();
        disk.take(rows, key);
        long bytes = (long) (rows * encoding.exampleSize().packed());
        sets.store(source, keyColumns, Splitter.all(role), encoding, Ranges.of(each -> each == role ? bytes : 0));
        if (!sets.has(role)) {
            throw new DataException(key + ": " + path + " has no rows.");
        }
    }

    /** What the executors' disks still have to hold. */
    private static final class DiskBudget {
        private final List<ExecutorSpace> executors;
        private final ExampleSize size;
        /** Rows of the tables before, whose shards are mapped later. */
        private double stored;

        DiskBudget(List<ExecutorSpace> executors, ExampleSize size) {
            this.executors = executors;
            this.size = size;
        }

        /** Refuses rows for which there is no room beside those before. */
        void take(double rows, String key) {
            DiskSpace.require(executors, DiskSpace.needed(size, rows, stored), key);
            stored += rows;
        }
    }
}
