package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's own reader is the oracle: what it infers and reads is what has to come out. */
class CsvTableTest {
    private static final Map<String, String> DEFAULTS = Map.of(
            "mode", "FAILFAST",
            "header", "true",
            "inferSchema", "true",
            "ignoreLeadingWhiteSpace", "true",
            "ignoreTrailingWhiteSpace", "true");

    private static final String SPLIT = "spark.sql.files.maxPartitionBytes";

    @TempDir
    private Path dir;

    /** Columns by name: a cell of a random row. */
    private static final Map<String, Function<Random, String>> COLUMNS = new TreeMap<>(Map.ofEntries(
            Map.entry("int", random -> Integer.toString(random.nextInt())),
            Map.entry("signed", random -> one(random, "+5", "007", "-0", " 12 ", "")),
            Map.entry("long", random -> Long.toString(random.nextInt(100) == 0 ? random.nextLong() : 3)),
            Map.entry("float", random -> Float.toString((float) random.nextGaussian())),
            Map.entry("double", random -> Double.toString(random.nextGaussian() * 1e9)),
            Map.entry("late", random -> random.nextInt(300) == 0 ? "1e-3" : "17"),
            Map.entry("notFinite", random -> one(random, "NaN", "Inf", "-Inf", "1.5", "Infinity", "1d")),
            Map.entry("huge", random -> one(random, "123456789012345678901.5", "12345678901234567890123", "0.5")),
            Map.entry("truth", random -> one(random, "true", "FALSE", "True", "")),
            Map.entry("mixed", random -> random.nextInt(200) == 0 ? "true" : "1"),
            Map.entry("word", random -> one(random, "Zürich", "B a s e l", "\t東京 ", "x\\y", "'q'", "null", "NA")),
            Map.entry("code", random -> random.nextInt(100) == 0 ? "A1" : "00" + random.nextInt(9)),
            Map.entry("empty", random -> one(random, "", " "))));

    private static String one(Random random, String... cells) {
        return cells[random.nextInt(cells.length)];
    }

    private List<String> lines(int rows, long seed, String separator) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        lines.add(String.join(separator, COLUMNS.keySet()));
        for (int row = 0; row < rows; row++) {
            List<String> cells = new ArrayList<>();
            COLUMNS.values().forEach(column -> cells.add(column.apply(random)));
            lines.add(String.join(separator, cells));
            if (random.nextInt(50) == 0) {
                lines.add("  ");
            }
        }
        return lines;
    }

    private static Dataset<Row> bySpark(Path path, Map<String, String> options) {
        return TestSpark.session().read().options(options).format("csv").load(path.toString());
    }

    private static Optional<CsvTable> here(Path path, Map<String, String> options) {
        return CsvTable.of(TestSpark.session(), new Tables.Loading(List.of(path.toString()), Map.of()), 1, options);
    }

    private static List<String> texts(JavaRDD<InternalRow> rows, StructType schema) {
        return rows.map(row -> row.copy().toSeq(schema).toString()).collect();
    }

    private void requireAlike(Path path, Map<String, String> options) {
        Dataset<Row> expected = bySpark(path, options);
        CsvTable found = here(path, options).orElseThrow();
        assertThat(found.schema()).isEqualTo(expected.schema());
        assertThat(found.count()).isEqualTo(expected.count());
        // splits differ, and with them the order of the files' parts
        assertThat(texts(found.rows().orElseThrow(), found.schema()))
                .containsExactlyInAnyOrderElementsOf(texts(Rows.of(expected), found.schema()));
    }

    @Test
    void typesAndValuesAreThoseOfSparksReader() {
        Path file = Sets.write(dir.resolve("all.csv"), lines(3_000, 1, ",").toArray(String[]::new));
        requireAlike(file, DEFAULTS);
    }

    @Test
    void filesThatAreReadInManyPartsAreReadWhole() {
        Path folder = dir.resolve("folder");
        for (int i = 0; i < 3; i++) {
            Sets.write(folder.resolve(i + ".csv"), lines(500 * i + 200, i, ",").toArray(String[]::new));
        }
        SparkSession session = TestSpark.session();
        String before = session.conf().get(SPLIT);
        session.conf().set(SPLIT, "20000");
        try {
            CsvTable found = here(folder, DEFAULTS).orElseThrow();
            assertThat(found.rows().orElseThrow().getNumPartitions()).isGreaterThan(10);
            requireAlike(folder, DEFAULTS);
        } finally {
            session.conf().set(SPLIT, before);
        }
    }

    @Test
    void tabsAndNamesForMissingCellsAreUnderstood() {
        List<String> lines = lines(500, 2, "\t").stream()
                .map(line -> line.replace("\t東京", "東京"))
                .toList();
        Path file = Sets.write(dir.resolve("tabs.tsv"), lines.toArray(String[]::new));
        Map<String, String> options = new TreeMap<>(DEFAULTS);
        options.put("sep", "\t");
        options.put("nullValue", "NA");
        requireAlike(file, options);
    }

    @Test
    void textThatIsNoUtf8IsReadAsSparkReadsIt() throws IOException {
        Path file = dir.resolve("latin.csv");
        Files.write(file, new byte[] {'a', ',', 'b', '\n', (byte) 0xE9, ',', '1', '\r', '\n', 'z', ',', '2'});
        requireAlike(file, DEFAULTS);
    }

    @Test
    void datesAreInferredButReadBySpark() {
        Path file = Sets.write(dir.resolve("dates.csv"), "day,time,n", "2024-02-03,2024-02-03 10:11:12,1");
        CsvTable found = here(file, DEFAULTS).orElseThrow();
        assertThat(found.schema()).isEqualTo(bySpark(file, DEFAULTS).schema());
        assertThat(found.rows()).isEmpty();
    }

    @Test
    void truthsInOneFileAndNumbersInAnotherAreText() {
        Path folder = dir.resolve("kinds");
        Sets.write(folder.resolve("a.csv"), "a", "true");
        Sets.write(folder.resolve("b.csv"), "a", "12");
        Sets.write(folder.resolve("c.csv"), "a", "13");
        SparkSession session = TestSpark.session();
        String cost = "spark.sql.files.openCostInBytes";
        String before = session.conf().get(SPLIT);
        session.conf().set(SPLIT, session.conf().get(cost));
        try {
            // a partition for each: Spark forgets at the second that the first was no number, and takes all for numbers
            assertThat(here(folder, DEFAULTS).orElseThrow().schema().simpleString())
                    .isEqualTo("struct<a:string>");
        } finally {
            session.conf().set(SPLIT, before);
        }
    }

    @Test
    void whatIsNotPlainIsLeftToSpark() {
        List<List<String>> files = List.of(
                List.of("a,b", "1,\"2\""),
                List.of("a,\"b\"", "1,2"),
                List.of("a,b", "1"),
                List.of("a,b", "1,2,3"),
                List.of("a,b", "1,2", "a,b", "3,4"),
                List.of("a,A", "1,2"),
                List.of("a,", "1,2"),
                List.of("a,b", "1,\0"));
        for (int i = 0; i < files.size(); i++) {
            Path file = Sets.write(dir.resolve(i + ".csv"), files.get(i).toArray(String[]::new));
            assertThat(here(file, DEFAULTS)).as(files.get(i).toString()).isEmpty();
        }
        Path plain = Sets.write(dir.resolve("plain.csv"), "a,b", "1,2");
        assertThat(here(plain, DEFAULTS)).isPresent();
        for (String option : List.of(
                "comment=#", "multiLine=true", "header=false", "sep=||", "encoding=UTF-16", "mode=PERMISSIVE")) {
            Map<String, String> options = new TreeMap<>(DEFAULTS);
            options.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
            assertThat(here(plain, options)).as(option).isEmpty();
        }
    }

    @Test
    void headersThatDifferAreLeftToSpark() {
        Path folder = dir.resolve("headers");
        Sets.write(folder.resolve("a.csv"), "a,b", "1,2");
        Sets.write(folder.resolve("b.csv"), "b,a", "1,2");
        assertThat(here(folder, DEFAULTS)).isEmpty();
    }

    @Test
    void aFileThatChangesWhileItIsReadIsAFault() {
        Path file = Sets.write(dir.resolve("changing.csv"), "a,b", "1,2", "3,4");
        JavaRDD<InternalRow> rows = here(file, DEFAULTS).orElseThrow().rows().orElseThrow();
        assertThat(rows.count()).isEqualTo(2);
        Sets.write(file, "a,b", "1,2", "3,x");
        assertThatThrownBy(rows::count).isInstanceOf(SparkException.class).satisfies(thrown -> assertThat(
                        Faults.of(thrown).orElseThrow())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("changing.csv: has other cells now than when its columns were looked at"));
    }
}
