package io.lockstep.data;

import io.lockstep.config.DataConfig;
import io.lockstep.config.DataFormat;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Opens the files of a config as Spark tables. */
public final class Tables {
    /** The option of idx data that names the file of the labels; it belongs to one file of images. */
    public static final String LABELS_OPTION = IdxTable.LABELS_OPTION;

    private static final String CORRUPT = "columnNameOfCorruptRecord";

    /** A name that no column of a user's has. */
    private static final String MALFORMED = "\u0001malformed";

    private static final Pattern GLOB = Pattern.compile("[*?\\[{]");
    private static final Pattern SPECIAL = Pattern.compile("[*?\\[\\]{}\\\\]");

    private final SparkSession spark;
    private final Optional<DataFormat> format;
    private final SortedMap<String, String> options;
    private final String label;
    private final Malformed malformed;

    /** Lines of csv and json that cannot be cut into cells. */
    private enum Malformed {
        REFUSED,
        KEPT
    }

    private Tables(
            SparkSession spark,
            Optional<DataFormat> format,
            SortedMap<String, String> options,
            String label,
            Malformed malformed) {
        this.spark = spark;
        this.format = format;
        this.options = options;
        this.label = label;
        this.malformed = malformed;
    }

    /** Opens tables as {@code data} says. */
    public static Tables of(SparkSession spark, DataConfig data) {
        return new Tables(spark, data.format(), data.options(), data.labels().get(0), Malformed.REFUSED);
    }

    /** Opens tables of any format, told by their extension unless {@code format} names it. */
    public static Tables of(
            SparkSession spark, Optional<DataFormat> format, Map<String, String> options, String label) {
        return new Tables(spark, format, new TreeMap<>(options), label, Malformed.REFUSED);
    }

    /**
     * These, but a malformed line of csv or json is a row of {@link Source#malformed} and no fault, unless the options have
     * a mode.
     */
    public Tables keepingMalformed() {
        boolean told = options.keySet().stream().anyMatch("mode"::equalsIgnoreCase);
        return told ? this : new Tables(spark, format, options, label, Malformed.KEPT);
    }

    /** A table, and its rows in the cheapest form there is. */
    public static final class Source {
        private final Dataset<Row> table;
        private final DataFormat format;
        private final long bytes;
        private final Optional<CsvTable> csv;
        private final ImageTable.Oddities oddities;
        private final List<DataFile> files;
        private final Supplier<Optional<String>> changed;
        private final Optional<String> malformed;

        private Source(
                Dataset<Row> table,
                DataFormat format,
                long bytes,
                Optional<CsvTable> csv,
                ImageTable.Oddities oddities,
                List<FileStatus> files,
                Supplier<Optional<String>> changed,
                Optional<String> malformed) {
            this.files = files.stream().map(DataFile::of).toList();
            this.changed = changed;
            this.malformed = malformed;
            this.table = table;
            this.format = format;
            this.bytes = bytes;
            this.csv = csv;
            this.oddities = oddities;
        }

        /** The table as Spark reads it. */
        public Dataset<Row> table() {
            return table;
        }

        /** How its files are written. */
        public DataFormat format() {
            return format;
        }

        /** The column of lines that could not be cut into cells, as they are; null in all other rows. */
        public Optional<String> malformed() {
            return malformed;
        }

        /** What is odd about its files, if they are images. */
        ImageTable.Oddities oddities() {
            return oddities;
        }

        /** Its files, as they were when it was opened. */
        List<DataFile> files() {
            return files;
        }

        /** How large its files are. */
        public long bytes() {
            return bytes;
        }

        /** Of image files only their paths, and what was computed of them: nobody wants the files again. */
        public Dataset<Row> withoutContents(Dataset<Row> scored) {
            return scored.drop(
                    Arrays.stream(table.columns()).filter(this::isContents).toArray(String[]::new));
        }

        /** Whether the column is of image files and not their paths. */
        boolean isContents(String column) {
            return format == DataFormat.IMAGE && !column.equals(ImageTable.PATH);
        }

        /** The table's rows; an iterator over them may reuse one object for all. */
        JavaRDD<InternalRow> rows() {
            return csv.flatMap(CsvTable::rows).orElseGet(() -> Rows.of(table));
        }

        /**
         * Refuses what was read more than once and was not the same all the time. Files that came later are none of this
         * table's.
         *
         * @throws DataException if a file is gone or another one since the table was opened
         */
        void requireUnchanged(String key) {
            changed.get().ifPresent(file -> {
                throw new DataException(key + ": " + file + " was changed while it was read. Start the training again,"
                        + " and do not write to files while they are trained on.");
            });
        }

        /** How many rows there are. */
        long count() {
            return csv.map(CsvTable::count)
                    .orElseGet(
                            () -> Jobs.named(table.sparkSession().sparkContext(), "count rows", () -> table.count()));
        }
    }

    /**
     * Opens the table at {@code path}.
     *
     * @param key the config key that names it, for messages
     * @param vectorSize how long the vectors of a libsvm file are; empty: as the file says
     * @throws DataException if there is no such file, or it cannot be read as its format
     * @throws ConfigException if its format cannot be told
     */
    public Source open(String path, String key, OptionalInt vectorSize) {
        return open(path, key, vectorSize, Set.of());
    }

    /**
     * {@link #open(String, String, OptionalInt)} without files that have been read before and are as they were.
     *
     * @throws DataException also if no file is left
     */
    Source open(String path, String key, OptionalInt vectorSize, Set<DataFile> without) {
        return Jobs.named(spark.sparkContext(), "columns of " + key, () -> opened(path, key, vectorSize, without));
    }

    private Source opened(String path, String key, OptionalInt vectorSize, Set<DataFile> without) {
        List<FileStatus> all = files(path, key);
        List<FileStatus> files = all.stream()
                .filter(file -> !without.contains(DataFile.of(file)))
                .toList();
        if (files.isEmpty()) {
            throw new DataException(key + ": there is no file in " + path + " that was not trained on before.");
        }
        List<String> paths = files.size() == all.size()
                ? List.of(path)
                : files.stream().map(Tables::literal).toList();
        long bytes = files.stream().mapToLong(FileStatus::getLen).sum();
        DataFormat read = format.orElseGet(() -> formatOf(path, key, files));
        if (read != DataFormat.IDX && bytes == 0) {
            throw new DataException(key + ": " + path + " is empty.");
        }
        try {
            Map<String, String> csvOptions = read == DataFormat.CSV ? csvOptions(files) : Map.of();
            Optional<CsvTable> csv = read == DataFormat.CSV
                    ? CsvTable.of(spark, loading(path, paths), bytes, csvOptions)
                    : Optional.empty();
            if (read == DataFormat.IMAGE) {
                Path root = root(path);
                return new Source(
                        ImageTable.read(spark, path, loading(path, paths), root, files, options, label),
                        read,
                        bytes,
                        Optional.empty(),
                        ImageTable.Oddities.of(root, files),
                        files,
                        () -> changed(files, path, key),
                        Optional.empty());
            }
            Dataset<Row> strict = table(loading(path, paths), read, vectorSize, files, csv.map(CsvTable::schema));
            // a plain csv was looked at line by line
            Optional<Tolerant> tolerant =
                    csv.isPresent() ? Optional.empty() : tolerant(loading(path, paths), read, files, strict);
            Dataset<Row> table = tolerant.map(Tolerant::table).orElse(strict);
            if (read == DataFormat.CSV && csv.map(known -> known.count() == 0).orElseGet(() -> isEmpty(table))) {
                // without rows Spark takes every column for text, which would be blamed on the cells
                throw new DataException(key + ": " + path + " has a header but no rows.");
            }
            if (table.columns().length == 0) {
                throw new DataException(key + ": " + path + " has no columns: is it empty?");
            }
            return new Source(
                    table,
                    read,
                    bytes,
                    csv,
                    ImageTable.Oddities.NONE,
                    files,
                    () -> changed(files, path, key),
                    tolerant.map(Tolerant::column));
        } catch (DataException e) {
            throw e;
        } catch (Exception e) {
            // Spark's exceptions are checked but undeclared in Java
            throw new DataException(
                    key + ": " + path + " cannot be read as " + read.configName() + ": " + Faults.reason(e)
                            + ". Is the file whole, and is this its format (data.format)?",
                    e);
        }
    }

    /** Where a table is, as Spark's reader is told. */
    record Loading(List<String> paths, Map<String, String> options) {
        Dataset<Row> by(DataFrameReader reader) {
            return reader.options(options).load(paths.toArray(String[]::new));
        }
    }

    /** Some of the files below a folder keep the columns that the names of its folders make. */
    private Loading loading(String path, List<String> paths) throws IOException {
        Path folder = new Path(path);
        boolean isFolder = !paths.equals(List.of(path))
                && !GLOB.matcher(path).find()
                && folder.getFileSystem(spark.sparkContext().hadoopConfiguration())
                        .getFileStatus(folder)
                        .isDirectory();
        return new Loading(paths, isFolder ? Map.of("basePath", path) : Map.of());
    }

    /** A path that is no pattern, whatever is in its name. */
    private static String literal(FileStatus file) {
        return SPECIAL.matcher(file.getPath().toString()).replaceAll("\\\\$0");
    }

    private Dataset<Row> table(
            Loading loading,
            DataFormat read,
            OptionalInt vectorSize,
            List<FileStatus> files,
            Optional<StructType> knownSchema) {
        if (read == DataFormat.IDX) {
            if (files.size() != 1) {
                throw new DataException(
                        loading.paths().get(0) + ": expected one file of images, found " + files.size() + " files.");
            }
            return IdxTable.read(
                    spark, files.get(0).getPath().toString(), options.getOrDefault(IdxTable.LABELS_OPTION, ""), label);
        }
        DataFrameReader reader = reader(read, files);
        if (knownSchema.isPresent()) {
            reader = reader.schema(knownSchema.get());
        }
        if (malformed == Malformed.KEPT && knownSchema.isEmpty()) {
            reader = reader.option("mode", "PERMISSIVE").option(CORRUPT, MALFORMED);
        }
        if (read == DataFormat.LIBSVM && vectorSize.isPresent()) {
            reader = reader.option("numFeatures", Integer.toString(vectorSize.getAsInt()));
        }
        return loading.by(reader.options(options).format(read.configName()));
    }

    private DataFrameReader reader(DataFormat read, List<FileStatus> files) {
        // a line with a cell too many or too few must not be read as something else
        DataFrameReader reader = spark.read().option("mode", "FAILFAST");
        return read == DataFormat.CSV ? reader.options(csvOptions(files)) : reader;
    }

    /** A table with a column of malformed lines. */
    private record Tolerant(Dataset<Row> table, String column) {}

    /** Only a schema that names the column makes Spark fill it. */
    private Optional<Tolerant> tolerant(
            Loading loading, DataFormat read, List<FileStatus> files, Dataset<Row> inferred) {
        if (malformed == Malformed.REFUSED || (read != DataFormat.CSV && read != DataFormat.JSON)) {
            return Optional.empty();
        }
        StructType schema = new StructType();
        for (StructField field : inferred.schema().fields()) {
            // Spark's inference of json adds it where it found such lines
            schema = field.name().equals(MALFORMED) ? schema : schema.add(field);
        }
        if (schema.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Tolerant(
                loading.by(reader(read, files)
                        .options(options)
                        .option("mode", "PERMISSIVE")
                        .option(CORRUPT, MALFORMED)
                        .schema(schema.add(MALFORMED, DataTypes.StringType))
                        .format(read.configName())),
                MALFORMED));
    }

    /** The deepest folder of a path that is no pattern. */
    private Path root(String path) throws IOException {
        Path root = new Path(path);
        FileSystem fileSystem = root.getFileSystem(spark.sparkContext().hadoopConfiguration());
        while (GLOB.matcher(root.toString()).find()
                || (fileSystem.exists(root) && fileSystem.getFileStatus(root).isFile())) {
            root = root.getParent();
        }
        return fileSystem.makeQualified(root);
    }

    private static boolean isEmpty(Dataset<Row> table) {
        return table.columns().length > 0 && table.isEmpty();
    }

    private Map<String, String> csvOptions(List<FileStatus> files) {
        Map<String, String> csv = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        csv.put("mode", "FAILFAST");
        csv.put("header", "true");
        csv.put("inferSchema", "true");
        csv.put("ignoreLeadingWhiteSpace", "true");
        csv.put("ignoreTrailingWhiteSpace", "true");
        if (files.size() > 1) {
            // Spark reads all files by the first one's header: columns in another order would change places
            csv.put("enforceSchema", "false");
        }
        if (name(files).contains(".tsv")) {
            csv.put("sep", "\t");
        }
        csv.putAll(options);
        return csv;
    }

    /**
     * The files of {@code path} as they are.
     *
     * @throws DataException if there are none
     */
    public List<DataFile> list(String path, String key) {
        return files(path, key).stream().map(DataFile::of).toList();
    }

    /** The first of the files that is not there any more as it was. */
    private Optional<String> changed(List<FileStatus> before, String path, String key) {
        Map<Path, FileStatus> now = new HashMap<>();
        files(path, key).forEach(file -> now.put(file.getPath(), file));
        return before.stream()
                .filter(file -> {
                    FileStatus found = now.get(file.getPath());
                    return found == null
                            || found.getLen() != file.getLen()
                            || found.getModificationTime() != file.getModificationTime();
                })
                .map(file -> file.getPath().getName())
                .findFirst();
    }

    /** The files below {@code path}: of a folder or glob those that Spark would read. */
    private List<FileStatus> files(String path, String key) {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        try {
            Path pattern = new Path(path);
            FileSystem fileSystem = pattern.getFileSystem(hadoop);
            FileStatus[] found = fileSystem.globStatus(pattern);
            if (found == null || found.length == 0) {
                throw new DataException(key + ": no file " + fileSystem.makeQualified(pattern) + ".");
            }
            List<FileStatus> files = new ArrayList<>();
            for (FileStatus status : found) {
                if (status.isFile()) {
                    files.add(status);
                } else {
                    var inside = fileSystem.listFiles(status.getPath(), true);
                    while (inside.hasNext()) {
                        FileStatus file = inside.next();
                        char first = file.getPath().getName().charAt(0);
                        if (first != '_' && first != '.') {
                            files.add(file);
                        }
                    }
                }
            }
            if (files.isEmpty()) {
                throw new DataException(key + ": no file in the folder " + path + ".");
            }
            return files;
        } catch (IOException | IllegalArgumentException e) {
            throw new DataException(key + ": " + path + " cannot be listed: " + Faults.reason(e) + ".", e);
        }
    }

    private static DataFormat formatOf(String path, String key, List<FileStatus> files) {
        return DataFormat.ofFile(files.get(0).getPath().getName())
                .or(() -> files.stream().filter(ImageTable::isImage).findFirst().map(image -> DataFormat.IMAGE))
                .orElseThrow(() -> new ConfigException(key + ": the format of " + path
                        + " cannot be told from its name. Name it: data.format, one of csv, parquet, orc, json, libsvm,"
                        + " idx, image."));
    }

    private static String name(List<FileStatus> files) {
        return files.get(0).getPath().getName().toLowerCase(Locale.ROOT);
    }
}
