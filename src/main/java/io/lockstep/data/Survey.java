package io.lockstep.data;

import io.lockstep.error.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StructType;

/**
 * One pass over a table before its rows can be encoded: the levels of categorical columns among the training rows, the
 * sizes of vectors, and the classes that the label has in each role. What it returns is a set or a count, so the order in
 * which partitions are merged does not matter.
 */
final class Survey implements Serializable {
    private static final long serialVersionUID = 1L;

    /** More levels or classes than this are a mistake: an identifier, or a number. */
    static final int MOST_LEVELS = 10_000;

    private final List<Column> columns;

    private final Map<DataRole, SortedSet<String>> classes = new EnumMap<>(DataRole.class);

    private final Map<DataRole, Long> rows = new EnumMap<>(DataRole.class);
    private final String label;

    private Survey(List<Column> columns, String label) {
        this.columns = columns;
        this.label = label;
        for (DataRole role : DataRole.values()) {
            classes.put(role, new TreeSet<>());
        }
    }

    /** What is to be found out about a column. */
    enum Quest {
        /** Its texts. */
        LEVELS,
        /** Where its numbers lie. */
        NUMBERS,
        /** How long its vectors are. */
        SIZE,
        /** Nothing but whether it has missing values. */
        PRESENCE
    }

    /** What the survey found out about a column. */
    static final class Column implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final int ordinal;
        private final DataType type;
        private final Quest quest;
        private final NumberRange range;
        private final SortedSet<String> levels = new TreeSet<>();
        /** Whether they are numbers, by {@link Cells#key}: most cells hold what one before them held. */
        private final transient Map<Object, Boolean> seen = new HashMap<>();

        private long texts;
        private long numbers;
        /** The first text, in the order of texts, that is no number, with its row; empty strings for none. */
        private String oddText = "";

        private String oddRow = "";
        private int vectorSize;
        private long missing;
        private long present;
        /** Of numbers and of the elements of vectors. */
        private long nonZeros;

        Column(String name, int ordinal, DataType type, Quest quest) {
            this.name = name;
            this.ordinal = ordinal;
            this.type = type;
            this.quest = quest;
            this.range = new NumberRange(type instanceof IntegralType);
        }

        String name() {
            return name;
        }

        SortedSet<String> levels() {
            return levels;
        }

        /** Whether any row lacks a value; NaN is none. */
        boolean hasMissing() {
            return missing > 0;
        }

        /** Whether any row has a value. */
        boolean hasValues() {
            return present > 0;
        }

        /** Where the numbers of a column of numbers lie. */
        NumberRange range() {
            return range;
        }

        /** The size of the vectors, of the longest if they differ; 0 for other columns. */
        int vectorSize() {
            return vectorSize;
        }

        /** Whether this is a column of numbers that a few cells have made into one of text. */
        boolean looksNumeric() {
            return numbers > 0 && numbers >= 0.5 * texts;
        }

        boolean hasOddText() {
            return !oddRow.isEmpty();
        }

        String describeOddCell() {
            return (texts - numbers) + " of " + texts + " cells are not numbers, e.g. \"" + oddText + "\" in " + oddRow;
        }

        /** How many numbers, or elements of vectors, are there and not 0. */
        long nonZeros() {
            return nonZeros;
        }

        /** How many rows have a value. */
        long present() {
            return present;
        }

        /** How many rows have none. */
        long missing() {
            return missing;
        }

        private void add(InternalRow row, RowText rowText) {
            if (Cells.isMissing(row, ordinal, type)) {
                missing++;
                return;
            }
            present++;
            switch (quest) {
                case LEVELS -> addText(row, rowText);
                case NUMBERS -> addNumber(Cells.number(row, ordinal, type));
                case SIZE -> addVector(row);
                case PRESENCE -> {}
            }
        }

        private void addNumber(double number) {
            range.add(number);
            nonZeros += number == 0 ? 0 : 1;
        }

        private void addVector(InternalRow row) {
            vectorSize = Math.max(vectorSize, Cells.vectorSize(row, ordinal, type));
            nonZeros += Cells.nonZeros(row, ordinal, type);
        }

        private void addText(InternalRow row, RowText rowText) {
            Object key = Cells.key(row, ordinal, type);
            Boolean number = seen.get(key);
            texts++;
            if (number == null) {
                number = addLevel(Cells.text(row, ordinal, type), row, rowText);
                seen.put(Cells.keep(key), number);
            }
            if (number) {
                numbers++;
            }
        }

        /** Takes in a text that is new; returns whether it is a number. */
        private boolean addLevel(String text, InternalRow row, RowText rowText) {
            levels.add(text);
            requireFewLevels();
            boolean number = !Double.isNaN(Cells.parse(text));
            if (!number && (oddRow.isEmpty() || text.compareTo(oddText) < 0)) {
                oddText = text;
                oddRow = rowText.of(row);
            }
            return number;
        }

        private void merge(Column other) {
            levels.addAll(other.levels);
            requireFewLevels();
            texts += other.texts;
            numbers += other.numbers;
            missing += other.missing;
            present += other.present;
            nonZeros += other.nonZeros;
            range.merge(other.range);
            vectorSize = Math.max(vectorSize, other.vectorSize);
            if (!other.oddRow.isEmpty() && (oddRow.isEmpty() || other.oddText.compareTo(oddText) < 0)) {
                oddText = other.oddText;
                oddRow = other.oddRow;
            }
        }

        private void requireFewLevels() {
            if (levels.size() > MOST_LEVELS) {
                String cause = looksNumeric() && hasOddText()
                        ? describeOddCell() + ". Mend those cells, or if they mean missing values, name them in"
                                + " data.options.nullValue."
                        : "is it an identifier or free text? Exclude it: data.features: { exclude: [" + name
                                + "] }. If it is a category, hash it: data.hashing: { " + name + ": 256 }.";
                throw new DataException(
                        "column \"" + name + "\": more than " + MOST_LEVELS + " different texts; " + cause);
            }
        }
    }

    /** The columns, by name. */
    List<Column> columns() {
        return columns;
    }

    /** The label's classes among the rows of a role, as texts. */
    SortedSet<String> classes(DataRole role) {
        return classes.get(role);
    }

    /** How many rows have a role. */
    long rows(DataRole role) {
        return rows.getOrDefault(role, 0L);
    }

    private void addClass(DataRole role, String name) {
        SortedSet<String> known = classes.get(role);
        known.add(name);
        if (known.size() > MOST_LEVELS) {
            throw new DataException("label column \"" + label + "\": more than " + MOST_LEVELS
                    + " different values, e.g. \"" + name + "\". Is this a regression (task: regression)?");
        }
    }

    private Survey merge(Survey other) {
        for (int i = 0; i < columns.size(); i++) {
            columns.get(i).merge(other.columns.get(i));
        }
        for (DataRole role : DataRole.values()) {
            other.classes.get(role).forEach(name -> addClass(role, name));
            rows.merge(role, other.rows(role), Long::sum);
        }
        return this;
    }

    /** Classes in the order of their indexes: numbers by size, then texts by their code points. */
    static List<String> sorted(SortedSet<String> names) {
        List<String> sorted = new ArrayList<>(names);
        sorted.sort(Comparator.comparingDouble(Survey::numberOrInfinity).thenComparing(Comparator.naturalOrder()));
        return sorted;
    }

    private static double numberOrInfinity(String text) {
        double number = Cells.parse(text);
        return Double.isNaN(number) ? Double.POSITIVE_INFINITY : number;
    }

    /**
     * Surveys a table.
     *
     * @param wanted the columns to survey, by name in this order; not the label
     * @param classLabel the label's column; empty for a regression
     */
    static Survey of(
            JavaRDD<InternalRow> rows,
            StructType table,
            KeyHash key,
            Splitter splitter,
            SortedMap<String, Quest> wanted,
            String classLabel) {
        Task task = new Task(table, key, splitter, wanted, classLabel);
        Survey survey = task.empty();
        Jobs.named(rows.context(), "survey of the training rows", () -> rows.mapPartitions(task::survey)
                        .collect())
                .forEach(survey::merge);
        return survey;
    }

    /** One partition's survey. */
    private static final class Task implements Serializable {
        private static final long serialVersionUID = 1L;

        private final StructType table;
        private final KeyHash key;
        private final Splitter splitter;
        private final SortedMap<String, Quest> wanted;
        private final String classLabel;

        Task(StructType table, KeyHash key, Splitter splitter, SortedMap<String, Quest> wanted, String classLabel) {
            this.table = table;
            this.key = key;
            this.splitter = splitter;
            this.wanted = wanted;
            this.classLabel = classLabel;
        }

        Survey empty() {
            Columns known = new Columns(table);
            List<Column> columns = new ArrayList<>();
            wanted.forEach((name, quest) -> {
                int ordinal = known.ordinal(name);
                columns.add(new Column(name, ordinal, table.fields()[ordinal].dataType(), quest));
            });
            return new Survey(columns, classLabel);
        }

        Iterator<Survey> survey(Iterator<InternalRow> rows) {
            Survey survey = empty();
            RowText rowText = new RowText(table);
            int label = classLabel.isEmpty() ? -1 : new Columns(table).ordinal(classLabel);
            DataType labelType = label < 0 ? null : table.fields()[label].dataType();
            long[] counts = new long[DataRole.values().length];
            List<Set<Object>> seen = Stream.of(DataRole.values())
                    .<Set<Object>>map(role -> new HashSet<>())
                    .toList();
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                DataRole role = splitter.role(key.hash(row));
                counts[role.index()]++;
                if (label >= 0) {
                    Set<Object> classes = seen.get(role.index());
                    if (row.isNullAt(label) || !classes.contains(Cells.key(row, label, labelType))) {
                        survey.addClass(role, labelText(row, label, labelType, rowText));
                        classes.add(Cells.keep(Cells.key(row, label, labelType)));
                    }
                }
                if (role == DataRole.TRAIN) {
                    for (Column column : survey.columns) {
                        column.add(row, rowText);
                    }
                }
            }
            for (DataRole role : DataRole.values()) {
                survey.rows.put(role, counts[role.index()]);
            }
            return List.of(survey).iterator();
        }

        private String labelText(InternalRow row, int label, DataType type, RowText rowText) {
            if (row.isNullAt(label)) {
                throw new DataException(
                        "label column \"" + classLabel + "\": expected a class, found none in " + rowText.of(row));
            }
            String text = Cells.text(row, label, type);
            boolean number = Cells.kind(type) == Cells.Kind.NUMBER && !(type instanceof BooleanType);
            if (number && !Double.isFinite(Cells.parse(text))) {
                throw new DataException("label column \"" + classLabel + "\": expected a class, found " + text + " in "
                        + rowText.of(row));
            }
            return text;
        }
    }
}
