package io.lockstep.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.csv.CSVOptions;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Plain csv (no quotes, one header, as many cells in each line as in the header) read here instead of by Spark's reader,
 * with the same types and values at a fraction of the cost. Spark still finds, splits, unpacks and reads the files.
 *
 * @param schema as Spark would infer it
 * @param count how many rows there are
 * @param rows the rows; empty if there are columns that only Spark reads, such as dates
 */
record CsvTable(StructType schema, long count, Optional<JavaRDD<InternalRow>> rows) {
    /** Lines that are looked at before anything is read in earnest: most files with quotes have one among them. */
    private static final int HEAD_LINES = 1000;

    /** With more columns Spark's reader gives up. */
    private static final int MOST_COLUMNS = 20_480;

    private static final long LEAST_SPLIT_BYTES = 8L << 20;
    private static final int SPLITS_PER_SLOT = 4;
    private static final String MOST_SPLIT_BYTES = "spark.sql.files.maxPartitionBytes";

    /**
     * Looks at files of csv.
     *
     * @param bytes how large the files are
     * @param options for Spark's reader
     * @return empty if Spark's reader has to read them
     */
    static Optional<CsvTable> of(
            org.apache.spark.sql.SparkSession spark, Tables.Loading loading, long bytes, Map<String, String> options) {
        Optional<CsvDialect> dialect = CsvDialect.of(options);
        if (dialect.isEmpty()) {
            return Optional.empty();
        }
        org.apache.spark.sql.classic.SparkSession session = splitting(spark, bytes);
        Dataset<Row> text = loading.by(session.read().format("text"));
        if (text.columns().length != 1) {
            // folders such as year=2024 are a column of their own
            return Optional.empty();
        }
        JavaRDD<InternalRow> lines = Rows.of(text);
        List<String> head = head(lines);
        if (head.isEmpty() || head.stream().anyMatch(line -> line.indexOf('"') >= 0)) {
            return Optional.empty();
        }
        String header = head.get(0);
        Optional<String[]> names = names(header, dialect.get());
        if (names.isEmpty()) {
            return Optional.empty();
        }
        CSVOptions csv = new CSVOptions(
                scala.collection.immutable.Map.from(CollectionConverters.asScala(options)),
                true,
                session.sessionState().conf().sessionLocalTimeZone());
        return CsvInference.of(session, lines, dialect.get(), header, names.get(), csv)
                .map(inferred -> new CsvTable(
                        inferred.schema(), inferred.rows(), rows(lines, dialect.get(), header, inferred.schema())));
    }

    /** A session that reads files in parts of such a size that all slots get work, and alike. */
    private static org.apache.spark.sql.classic.SparkSession splitting(
            org.apache.spark.sql.SparkSession spark, long bytes) {
        org.apache.spark.sql.classic.SparkSession session =
                ((org.apache.spark.sql.classic.SparkSession) spark).cloneSession();
        int slots = spark.sparkContext().defaultParallelism();
        long wanted = Math.max(LEAST_SPLIT_BYTES, bytes / ((long) SPLITS_PER_SLOT * slots) + 1);
        long most = session.sessionState().conf().filesMaxPartitionBytes();
        session.conf().set(MOST_SPLIT_BYTES, Long.toString(Math.min(most, wanted)));
        return session;
    }

    private static List<String> head(JavaRDD<InternalRow> lines) {
        if (lines.getNumPartitions() == 0) {
            return List.of();
        }
        return lines.mapPartitions(CsvTable::head).collectPartitions(new int[] {0})[0];
    }

    /** The first lines, if they are those of a file; of them the first is its header. */
    private static Iterator<String> head(Iterator<InternalRow> lines) {
        List<String> head = new ArrayList<>();
        while (head.size() < HEAD_LINES && lines.hasNext()) {
            String line = lines.next().getUTF8String(0).toString();
            if (head.isEmpty() && InputFileBlockHolder.getStartOffset() != 0) {
                break;
            }
            if (!line.isBlank()) {
                head.add(line);
            }
        }
        return head.iterator();
    }

    /** The names of the columns; empty if Spark would have to invent some of them. */
    private static Optional<String[]> names(String header, CsvDialect dialect) {
        int columns = (int) header.chars().filter(c -> c == dialect.separator()).count() + 1;
        CsvLine line = dialect.line(columns);
        if (columns > MOST_COLUMNS || line.cut(UTF8String.fromString(header)) != CsvLine.Cut.CELLS) {
            return Optional.empty();
        }
        String[] names = new String[columns];
        Set<String> different = new HashSet<>();
        for (int i = 0; i < columns; i++) {
            names[i] = line.text(i);
            if (line.isMissing(i) || !different.add(names[i].toLowerCase(Locale.ROOT))) {
                return Optional.empty();
            }
        }
        return Optional.of(names);
    }

    private static Optional<JavaRDD<InternalRow>> rows(
            JavaRDD<InternalRow> lines, CsvDialect dialect, String header, StructType schema) {
        CsvType[] types = Stream.of(schema.fields())
                .map(field -> CsvType.of(field.dataType()))
                .toArray(CsvType[]::new);
        return Arrays.asList(types).contains(CsvType.OTHER)
                ? Optional.empty()
                : Optional.of(lines.mapPartitions(new CsvRows(dialect, header, schema, types)));
    }
}
