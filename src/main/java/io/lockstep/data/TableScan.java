package io.lockstep.data;

import io.lockstep.config.Task;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.sql.catalyst.util.QuantileSummaries;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.StatCounter;

/** One pass over a table that refuses nothing: rows by role, holes, constant and equal columns, classes, the target. */
final class TableScan implements FlatMapFunction<Iterator<InternalRow>, TableScan.Counts> {
    private static final long serialVersionUID = 1L;

    private static final long SEED = 7;
    private static final double QUANTILE_ERROR = 0.001;

    private final List<DataType> types = new ArrayList<>();
    private final List<ColumnProfile.Use> uses;
    private final KeyHash key;
    private final KeyHash row;
    private final Splitter splitter;
    private final List<String> names;
    private final Task task;

    /** A scan of rows of {@code table}. */
    TableScan(StructType table, List<ColumnProfile.Use> uses, List<String> key, Splitter splitter, Task task) {
        for (StructField field : table.fields()) {
            types.add(field.dataType());
        }
        this.uses = List.copyOf(uses);
        this.key = new KeyHash(table, key);
        this.row = new KeyHash(table, List.of());
        this.splitter = splitter;
        this.names = List.of(table.fieldNames());
        this.task = task;
    }

    Counts empty() {
        return new Counts(types.size());
    }

    @Override
    public Iterator<Counts> call(Iterator<InternalRow> rows) {
        Counts counts = empty();
        while (rows.hasNext()) {
            InternalRow next = rows.next();
            DataRole role = splitter.role(key.hash(next));
            counts.rows[role.index()]++;
            long hash = role == DataRole.TRAIN ? row.hash(next) : 0;
            for (int i = 0; i < types.size(); i++) {
                if (uses.get(i) == ColumnProfile.Use.LABEL && !next.isNullAt(i)) {
                    label(counts, next, i, role);
                }
                if (uses.get(i) == ColumnProfile.Use.IMAGE) {
                    counts.columns[i].addImage(next, i, role);
                } else {
                    counts.columns[i].add(next, i, types.get(i), role, hash);
                }
            }
        }
        counts.targets.values().forEach(Numbers::compress);
        return List.of(counts).iterator();
    }

    private void label(Counts counts, InternalRow next, int label, DataRole role) {
        DataType type = types.get(label);
        Cells.Kind kind = Cells.kind(type);
        if (kind != Cells.Kind.NUMBER && kind != Cells.Kind.TEXT) {
            return;
        }
        if (task == Task.CLASSIFICATION) {
            count(counts.classes.get(role.index()), Cells.text(next, label, type), 1);
            return;
        }
        double value = Cells.numberOrNaN(next, label, type);
        if (task == Task.MULTILABEL) {
            count(counts.classes.get(role.index()), names.get(label), value == 1 ? 1 : 0);
        } else if (role == DataRole.TRAIN && Double.isFinite(value)) {
            counts.targets.computeIfAbsent(label, column -> new Numbers()).add(value);
        }
    }

    private static void count(SortedMap<String, Long> known, String name, long rows) {
        if (known.size() < Survey.MOST_LEVELS || known.containsKey(name)) {
            known.merge(name, rows, Long::sum);
        }
    }

    /** The distribution of numbers. */
    private static final class Numbers implements Serializable {
        private static final long serialVersionUID = 1L;

        private final StatCounter stats = new StatCounter();
        private QuantileSummaries quantiles = new QuantileSummaries(
                QuantileSummaries.defaultCompressThreshold(), QUANTILE_ERROR, new QuantileSummaries.Stats[0], 0, false);

        void add(double value) {
            stats.merge(value);
            quantiles = quantiles.insert(value);
        }

        void compress() {
            quantiles = quantiles.compress();
        }

        Numbers merge(Numbers other) {
            stats.merge(other.stats);
            quantiles = quantiles.compress().merge(other.quantiles.compress());
            return this;
        }

        TableProfile.Distribution distribution() {
            compress();
            return new TableProfile.Distribution(
                    stats.count(),
                    stats.mean(),
                    stats.stdev(),
                    stats.min(),
                    quantile(0.25),
                    quantile(0.5),
                    quantile(0.75),
                    stats.max());
        }

        private double quantile(double share) {
            return (Double) quantiles.query(share).get();
        }
    }

    /** What was counted; two of them merge. */
    static final class Counts implements Serializable {
        private static final long serialVersionUID = 1L;

        private final long[] rows = new long[DataRole.values().length];
        private final Column[] columns;
        private final List<SortedMap<String, Long>> classes = new ArrayList<>();
        /** By the label's column. */
        private final SortedMap<Integer, Numbers> targets = new TreeMap<>();

        Counts(int width) {
            this.columns = new Column[width];
            Arrays.setAll(columns, i -> new Column());
            for (DataRole role : DataRole.values()) {
                classes.add(role.index(), new TreeMap<>());
            }
        }

        Counts merge(Counts other) {
            for (int i = 0; i < rows.length; i++) {
                rows[i] += other.rows[i];
                SortedMap<String, Long> known = classes.get(i);
                other.classes.get(i).forEach((name, count) -> known.merge(name, count, Long::sum));
            }
            for (int i = 0; i < columns.length; i++) {
                columns[i].merge(other.columns[i]);
            }
            other.targets.forEach((label, numbers) -> targets.merge(label, numbers, Numbers::merge));
            return this;
        }

        Map<DataRole, Long> rows() {
            Map<DataRole, Long> byRole = new EnumMap<>(DataRole.class);
            for (DataRole role : DataRole.values()) {
                byRole.put(role, rows[role.index()]);
            }
            return byRole;
        }

        List<ColumnProfile> columns(StructType table, List<ColumnProfile.Use> uses) {
            List<ColumnProfile> profiles = new ArrayList<>();
            for (int i = 0; i < columns.length; i++) {
                StructField field = table.fields()[i];
                profiles.add(columns[i].profile(
                        field.name(), field.dataType().simpleString(), uses.get(i), rows[DataRole.TRAIN.index()]));
            }
            return profiles;
        }

        Map<DataRole, SortedMap<String, Long>> classes() {
            Map<DataRole, SortedMap<String, Long>> byRole = new EnumMap<>(DataRole.class);
            for (DataRole role : DataRole.values()) {
                if (!classes.get(role.index()).isEmpty()) {
                    byRole.put(role, classes.get(role.index()));
                }
            }
            return byRole;
        }

        Map<String, TableProfile.Distribution> targets(StructType table) {
            Map<String, TableProfile.Distribution> byLabel = new LinkedHashMap<>();
            targets.forEach((label, numbers) -> byLabel.put(table.fieldNames()[label], numbers.distribution()));
            return byLabel;
        }
    }

    /** One column's. */
    private static final class Column implements Cells.ElementConsumer, Serializable {
        private static final long serialVersionUID = 1L;

        private final long[] missing = new long[DataRole.values().length];
        private long fingerprint;
        private long filled;
        private long firstHash;
        private String first = "";
        private boolean constant = true;
        /** Of a vector's elements: how many are not 0, and between what these are. */
        private long[] nonZeros = new long[0];

        private double[] least = new double[0];
        private double[] greatest = new double[0];

        void add(InternalRow row, int ordinal, DataType type, DataRole role, long rowHash) {
            Cells.Kind kind = Cells.kind(type);
            if (row.isNullAt(ordinal)
                    || (kind == Cells.Kind.NUMBER && Double.isNaN(Cells.number(row, ordinal, type)))) {
                missing[role.index()]++;
                fingerprint += role == DataRole.TRAIN ? XXH64.hashLong(SEED, rowHash) : 0;
                return;
            }
            if (role != DataRole.TRAIN) {
                return;
            }
            if (kind == Cells.Kind.VECTOR) {
                vector(row, ordinal, type);
            } else {
                long hash = KeyHash.cell(row, ordinal, type, SEED);
                fingerprint += XXH64.hashLong(hash, rowHash);
                if (filled == 0) {
                    firstHash = hash;
                    first = kind == Cells.Kind.UNUSABLE ? "" : Cells.text(row, ordinal, type);
                }
                constant &= hash == firstHash;
            }
            filled++;
        }

        /** A file's bytes are no features; whether it can be decoded is seen when it is encoded. */
        void addImage(InternalRow row, int ordinal, DataRole role) {
            missing[role.index()] += row.isNullAt(ordinal) ? 1 : 0;
        }

        private void vector(InternalRow row, int ordinal, DataType type) {
            widen(Cells.vectorSize(row, ordinal, type));
            Cells.forEachNonZero(row, ordinal, type, this);
        }

        @Override
        public void accept(int element, double value) {
            widen(element + 1);
            nonZeros[element]++;
            least[element] = Math.min(least[element], value);
            greatest[element] = Math.max(greatest[element], value);
        }

        private void widen(int size) {
            int known = least.length;
            if (size > known) {
                nonZeros = Arrays.copyOf(nonZeros, size);
                least = Arrays.copyOf(least, size);
                greatest = Arrays.copyOf(greatest, size);
                Arrays.fill(least, known, size, Double.POSITIVE_INFINITY);
                Arrays.fill(greatest, known, size, Double.NEGATIVE_INFINITY);
            }
        }

        /** Whether all filled cells have the same number there. */
        private boolean isConstant(int element) {
            return nonZeros[element] == 0 || (nonZeros[element] == filled && least[element] == greatest[element]);
        }

        void merge(Column other) {
            for (int i = 0; i < missing.length; i++) {
                missing[i] += other.missing[i];
            }
            fingerprint += other.fingerprint;
            if (filled == 0) {
                firstHash = other.firstHash;
                first = other.first;
                constant = other.constant;
            } else if (other.filled > 0) {
                constant &= other.constant && firstHash == other.firstHash;
            }
            filled += other.filled;
            widen(other.least.length);
            for (int i = 0; i < other.least.length; i++) {
                nonZeros[i] += other.nonZeros[i];
                least[i] = Math.min(least[i], other.least[i]);
                greatest[i] = Math.max(greatest[i], other.greatest[i]);
            }
        }

        ColumnProfile profile(String name, String type, ColumnProfile.Use use, long trainRows) {
            Map<DataRole, Long> holes = new EnumMap<>(DataRole.class);
            for (DataRole role : DataRole.values()) {
                holes.put(role, missing[role.index()]);
            }
            int same = 0;
            for (int i = 0; i < least.length; i++) {
                same += isConstant(i) ? 1 : 0;
            }
            boolean one = constant && filled == trainRows && filled > 1 && least.length == 0;
            return new ColumnProfile(
                    name,
                    type,
                    use,
                    holes,
                    one ? Optional.of(first) : Optional.empty(),
                    fingerprint,
                    least.length,
                    same);
        }
    }
}
