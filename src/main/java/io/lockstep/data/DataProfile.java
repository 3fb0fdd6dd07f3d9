package io.lockstep.data;

import io.lockstep.config.CategoricalSelection;
import io.lockstep.config.DataConfig;
import io.lockstep.config.DataFormat;
import io.lockstep.config.FeatureSelection;
import io.lockstep.config.LockstepConfig;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A config's data as it is, before anything is encoded: holes and mistakes are counted, not refused.
 *
 * @param tables of data.train, then of dev and test where they have files of their own
 * @param duplicates training file's rows that are like an earlier one in all columns
 * @param shared by set: how many different keys of a file of its own the training file has, too. Of a split of one file
 *     there are none: a row's set follows from its key alone
 */
public record DataProfile(List<TableProfile> tables, long duplicates, Map<DataRole, Long> shared) {

    public DataProfile {
        tables = List.copyOf(tables);
        shared = Map.copyOf(shared);
    }

    /** The training file's table. */
    public TableProfile train() {
        return tables.get(0);
    }

    /**
     * Reads the tables of a config and counts.
     *
     * @throws io.lockstep.error.DataException if a table cannot be read
     */
    public static DataProfile of(SparkSession spark, LockstepConfig config) {
        DataConfig data = config.data();
        Tables tables = Tables.of(spark, data);
        Tables.Source train = tables.open(data.train(), "data.train", OptionalInt.empty());
        List<TableProfile> profiles = new ArrayList<>();
        profiles.add(scan(config, train, "data.train", data.train(), Splitter.ofTrainingFile(data)));
        JavaRDD<Long> whole = hashes(train, List.of());
        long rows = profiles.get(0).rows().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        long duplicates = rows
                - Jobs.named(spark.sparkContext(), "count duplicates", () -> whole.distinct()
                        .count());
        Map<DataRole, Long> shared = new EnumMap<>(DataRole.class);
        for (DataRole role : List.of(DataRole.DEV, DataRole.TEST)) {
            Optional<String> own = role == DataRole.DEV ? data.dev() : data.test();
            if (own.isPresent()) {
                String key = "data." + role.configName();
                Tables.Source source = tables.open(own.get(), key, OptionalInt.empty());
                profiles.add(scan(config, source, key, own.get(), Splitter.all(role)));
                shared.put(role, Jobs.named(spark.sparkContext(), "count rows of train in " + key, () -> hashes(
                                train, KeyHash.columns(data, train))
                        .intersection(hashes(source, KeyHash.columns(data, source)))
                        .count()));
            }
        }
        return new DataProfile(profiles, duplicates, shared);
    }

    private static JavaRDD<Long> hashes(Tables.Source source, List<String> key) {
        return source.rows().map(new Hash(new KeyHash(source.table().schema(), key)));
    }

    /** A row's key. */
    private record Hash(KeyHash key) implements org.apache.spark.api.java.function.Function<InternalRow, Long> {
        @Override
        public Long call(InternalRow row) {
            return key.hash(row);
        }
    }

    private static TableProfile scan(
            LockstepConfig config, Tables.Source source, String key, String path, Splitter splitter) {
        StructType table = source.table().schema();
        List<String> keyColumns = KeyHash.columns(config.data(), source);
        Optional<String> images = source.format() == DataFormat.IMAGE
                ? Optional.of(ImageTable.IMAGE)
                : config.data().imageColumn();
        List<ColumnProfile.Use> uses = new ArrayList<>();
        for (StructField field : table.fields()) {
            uses.add(use(config.data(), keyColumns, images, field));
        }
        TableScan scan = new TableScan(table, uses, keyColumns, splitter, config.task());
        TableScan.Counts counts = Jobs.named(
                source.table().sparkSession().sparkContext(),
                "profile of " + key,
                () -> source.rows().mapPartitions(scan).collect().stream()
                        .reduce(scan.empty(), TableScan.Counts::merge));
        return new TableProfile(
                key,
                path,
                source.format().configName(),
                source.bytes(),
                counts.rows(),
                counts.columns(table, uses),
                counts.classes(),
                counts.targets(table));
    }

    private static ColumnProfile.Use use(
            DataConfig data, List<String> keyColumns, Optional<String> images, StructField field) {
        String name = field.name();
        if (data.labels().contains(name)) {
            return ColumnProfile.Use.LABEL;
        }
        if (data.weight().equals(Optional.of(name))) {
            return ColumnProfile.Use.WEIGHT;
        }
        if (keyColumns.contains(name)) {
            return ColumnProfile.Use.KEY;
        }
        boolean chosen = data.features() instanceof FeatureSelection.Only only
                ? only.names().contains(name)
                : !(data.features() instanceof FeatureSelection.AllExcept except)
                        || !except.names().contains(name);
        if (!chosen) {
            return ColumnProfile.Use.IGNORED;
        }
        if (images.equals(Optional.of(name))) {
            return ColumnProfile.Use.IMAGE;
        }
        Cells.Kind kind = Cells.kind(field.dataType());
        if (data.hashing().containsKey(name)) {
            return ColumnProfile.Use.CATEGORICAL;
        }
        if (data.categorical() instanceof CategoricalSelection.Named named
                && named.names().contains(name)) {
            return ColumnProfile.Use.CATEGORICAL;
        }
        return switch (kind) {
            case NUMBER -> ColumnProfile.Use.NUMERIC;
            case TEXT -> ColumnProfile.Use.CATEGORICAL;
            case VECTOR -> ColumnProfile.Use.VECTOR;
            case DATE, UNUSABLE -> ColumnProfile.Use.UNUSABLE;
        };
    }
}
