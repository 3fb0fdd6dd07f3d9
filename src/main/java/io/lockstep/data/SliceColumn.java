package io.lockstep.data;

import io.lockstep.error.DataException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * A column by whose values examples are told apart: text, numbers, truth values or days. Up to {@value #MOST} values are a
 * slice each. Of more, numbers are cut at their deciles, and of other values the {@value #MOST} most frequent ones are
 * slices, the rest is {@value #OTHER}. Cells that are null or NaN are {@value #MISSING}. More than {@value #MOST_COUNTED}
 * different values that are no numbers are refused: they are names, not groups.
 *
 * <p>The slices are a function of the cells alone, not of how files and partitions divide them.
 */
public final class SliceColumn implements Serializable {
    private static final long serialVersionUID = 1L;

    static final int MOST = 100;
    static final int MOST_COUNTED = 10_000;
    static final String OTHER = "other";
    static final String MISSING = "null";

    private static final int RANGES = 10;
    /** Numbers whose deciles are exact; of more, those of a sample of their values are taken. */
    private static final int MOST_NUMBERS = 1 << 22;

    private static final int FEWEST_DIGITS = 3;
    private static final int MOST_DIGITS = 17;

    private final String column;
    private final List<String> values;
    private final Map<String, Integer> byText = new HashMap<>();
    /** The least number of each range but the first; empty of a column that is not cut into ranges. */
    private final double[] edges;

    private SliceColumn(String column, List<String> values, double[] edges) {
        this.column = column;
        this.values = List.copyOf(values);
        this.edges = edges.clone();
        for (int i = 0; i < values.size(); i++) {
            byText.put(values.get(i), i);
        }
    }

    /**
     * The slices of a table.
     *
     * @throws DataException if there is no such column, or no slices can be made of it
     */
    public static SliceColumn of(Tables.Source source, String column) {
        StructType table = source.table().schema();
        Columns columns = new Columns(table);
        if (!columns.has(column)) {
            throw new DataException(
                    "--by: no column \"" + column + "\" in the data. It has: " + Columns.names(table) + ".");
        }
        int ordinal = columns.ordinal(column);
        DataType type = table.fields()[ordinal].dataType();
        Cells.Kind kind = Cells.kind(type);
        if (kind == Cells.Kind.VECTOR || kind == Cells.Kind.UNUSABLE) {
            throw new DataException("--by: column \"" + column
                    + "\": expected text, numbers, truth values or days, found " + type.simpleString() + ".");
        }
        Counts counts = source.rows().mapPartitions(new CountValues(ordinal, type)).collect().stream()
                .reduce(Counts::merge)
                .orElse(new Counts(0, 0, Map.of()));
        boolean few = counts.isWhole() && counts.byValue().size() <= MOST;
        if (!few && kind == Cells.Kind.NUMBER) {
            return ranges(column, source.rows(), ordinal, type, counts);
        }
        if (!counts.isWhole()) {
            throw new DataException("--by: column \"" + column + "\" has more than " + MOST_COUNTED
                    + " different values, which are no groups of examples. Name a column of fewer, or of numbers.");
        }
        return values(column, counts, kind);
    }

    private static SliceColumn values(String column, Counts counts, Cells.Kind kind) {
        Comparator<String> byName = kind == Cells.Kind.NUMBER
                ? Comparator.comparingDouble(Cells::parse).thenComparing(Comparator.naturalOrder())
                : Comparator.naturalOrder();
        Set<String> names = new LinkedHashSet<>(counts.byValue().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .map(Map.Entry::getKey)
                .sorted(byName)
                .toList());
        if (counts.byValue().size() > MOST) {
            names.add(OTHER);
        }
        if (counts.missing() > 0) {
            names.add(MISSING);
        }
        return new SliceColumn(column, List.copyOf(names), new double[0]);
    }

    private static SliceColumn ranges(
            String column, JavaRDD<InternalRow> rows, int ordinal, DataType type, Counts counts) {
        long numbers = counts.rows() - counts.missing();
        double[] sorted =
                rows.mapPartitions(new SampleNumbers(ordinal, type, 1 + numbers / MOST_NUMBERS)).collect().stream()
                        .flatMapToDouble(Arrays::stream)
                        .sorted()
                        .toArray();
        TreeSet<Double> deciles = new TreeSet<>();
        for (int i = 1; i < RANGES && sorted.length > 0; i++) {
            deciles.add(sorted[(int) ((long) i * sorted.length / RANGES)]);
        }
        double[] edges = rounded(deciles.stream()
                .filter(edge -> edge > sorted[0])
                .mapToDouble(edge -> edge)
                .toArray());
        List<String> names = new ArrayList<>();
        for (int i = 0; i <= edges.length; i++) {
            names.add(
                    edges.length == 0
                            ? "all"
                            : i == 0
                                    ? "below " + text(edges[0])
                                    : i == edges.length
                                            ? text(edges[i - 1]) + " and more"
                                            : text(edges[i - 1]) + " to " + text(edges[i]));
        }
        if (counts.missing() > 0) {
            names.add(MISSING);
        }
        return new SliceColumn(column, names, edges);
    }

    /** To as few digits as leave them apart: a person reads them. */
    private static double[] rounded(double[] edges) {
        for (int digits = FEWEST_DIGITS; digits < MOST_DIGITS; digits++) {
            MathContext precision = new MathContext(digits, RoundingMode.HALF_EVEN);
            double[] rounded = Arrays.stream(edges)
                    .map(edge -> Double.isFinite(edge)
                            ? new BigDecimal(edge).round(precision).doubleValue()
                            : edge)
                    .toArray();
            if (DoubleStream.of(rounded).distinct().count() == edges.length) {
                return rounded;
            }
        }
        return edges;
    }

    private static String text(double edge) {
        return edge == Math.rint(edge) && Math.abs(edge) < 0x1.0p53
                ? Long.toString((long) edge)
                : Double.toString(edge);
    }

    /** The column's name. */
    public String column() {
        return column;
    }

    /** What the slices are called, by their numbers. */
    public List<String> values() {
        return values;
    }

    /** The number of a row's slice. */
    int slice(InternalRow row, int ordinal, DataType type) {
        if (Cells.isMissing(row, ordinal, type)) {
            return byText.getOrDefault(MISSING, 0);
        }
        if (edges.length > 0) {
            double number = Cells.number(row, ordinal, type);
            return (int) IntStream.range(0, edges.length)
                    .filter(i -> number >= edges[i])
                    .count();
        }
        Integer slice = byText.get(Cells.text(row, ordinal, type));
        return slice != null ? slice : byText.getOrDefault(OTHER, 0);
    }

    /**
     * How often each value comes.
     *
     * @param rows how many there are
     * @param missing how many of them have none
     * @param byValue of the others; of more than {@link #MOST_COUNTED} not all
     */
    private record Counts(long rows, long missing, Map<String, Long> byValue) implements Serializable {
        boolean isWhole() {
            return byValue.size() <= MOST_COUNTED;
        }

        Counts merge(Counts other) {
            Map<String, Long> sum = new LinkedHashMap<>(byValue);
            if (isWhole()) {
                other.byValue.forEach((value, count) -> sum.merge(value, count, Long::sum));
            }
            return new Counts(rows + other.rows, missing + other.missing, sum);
        }
    }

    private record CountValues(int ordinal, DataType type) implements FlatMapFunction<Iterator<InternalRow>, Counts> {
        @Override
        public Iterator<Counts> call(Iterator<InternalRow> rows) {
            Map<String, Long> byValue = new HashMap<>();
            long count = 0;
            long missing = 0;
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                count++;
                if (Cells.isMissing(row, ordinal, type)) {
                    missing++;
                } else if (byValue.size() <= MOST_COUNTED) {
                    byValue.merge(Cells.text(row, ordinal, type), 1L, Long::sum);
                }
            }
            return List.of(new Counts(count, missing, byValue)).iterator();
        }
    }

    /**
     * A partition's numbers.
     *
     * @param oneOf how many values one is taken of, told by the value itself
     */
    private record SampleNumbers(int ordinal, DataType type, long oneOf)
            implements FlatMapFunction<Iterator<InternalRow>, double[]> {
        @Override
        public Iterator<double[]> call(Iterator<InternalRow> rows) {
            DoubleStream.Builder numbers = DoubleStream.builder();
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                if (!Cells.isMissing(row, ordinal, type)) {
                    double number = Cells.number(row, ordinal, type);
                    if (Long.remainderUnsigned(XXH64.hashLong(Double.doubleToLongBits(number), 0), oneOf) == 0) {
                        numbers.add(number);
                    }
                }
            }
            return List.of(numbers.build().toArray()).iterator();
        }
    }
}
