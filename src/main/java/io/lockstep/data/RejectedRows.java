package io.lockstep.data;

import io.lockstep.config.DataFormat;
import io.lockstep.error.ConfigException;
import io.lockstep.error.Printable;
import io.lockstep.error.Reason;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.JobID;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.csv.CSVFileFormat;
import org.apache.spark.sql.execution.datasources.json.JsonFileFormat;
import org.apache.spark.sql.execution.datasources.orc.OrcFileFormat;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Rows that could not be scored go to files of their own: their columns, {@code reason}, {@code file} and, for formats of
 * lines, {@code record}, the line as it is where it could not be cut into cells. They are written by the tasks that score
 * the others, in the same pass over the source: a source need not give the same rows twice. A task's file counts when Spark
 * counts the task, once, however often the task was tried.
 */
public final class RejectedRows {
    private static final int REASONS = 3;

    private final Path folder;
    private final SparkSession spark;
    private final Side side;

    /**
     * What came of all rows.
     *
     * @param reasons some of them, each once
     */
    public record Outcome(long scored, long rejected, List<String> reasons) {
        public Outcome {
            reasons = List.copyOf(reasons);
        }
    }

    private RejectedRows(Path folder, SparkSession spark, Side side) {
        this.folder = folder;
        this.spark = spark;
        this.side = side;
    }

    /**
     * Rows of {@code source} that will be written to {@code folder}, which is made with the first of them.
     *
     * @param option the command line's, for messages
     * @param format csv, json, parquet or orc
     */
    public static RejectedRows of(Tables.Source source, String folder, String option, DataFormat format) {
        SparkSession spark = source.table().sparkSession();
        List<Integer> kept = new ArrayList<>();
        StructType columns = new StructType();
        StructField[] fields = source.table().schema().fields();
        int record = -1;
        for (int i = 0; i < fields.length; i++) {
            if (source.malformed().filter(fields[i].name()::equals).isPresent()) {
                record = i;
            } else if (!source.isContents(fields[i].name())) {
                kept.add(i);
                columns = columns.add(
                        new StructField(fields[i].name(), fields[i].dataType(), true, fields[i].metadata()));
            }
        }
        columns = columns.add(free("reason", columns), DataTypes.StringType);
        columns = columns.add(free("file", columns), DataTypes.StringType);
        if (record >= 0) {
            columns = columns.add(free("record", columns), DataTypes.StringType);
        }
        return new RejectedRows(
                new Path(folder),
                spark,
                new Side(
                        folder,
                        option,
                        Files.of(spark, format, columns),
                        fields,
                        kept.stream().mapToInt(Integer::intValue).toArray(),
                        record,
                        spark.sparkContext().collectionAccumulator()));
    }

    /** A name that no column has. */
    private static String free(String name, StructType columns) {
        Set<String> taken = Arrays.stream(columns.fieldNames())
                .map(each -> each.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        String free = name;
        for (int i = 2; taken.contains(free); i++) {
            free = name + "_" + i;
        }
        return free;
    }

    /** For the tasks. */
    public UnscorableRows rows() {
        return side;
    }

    /** Takes in image files without a byte, which Spark leaves out: they are rows of the source, too. */
    public void addEmptyImages(Tables.Source source) {
        List<String> empty = source.oddities().empty();
        if (!empty.isEmpty()) {
            TaskFile part = side.part(source.table().rdd().getNumPartitions(), 0);
            for (String path : empty) {
                Object[] cells = new Object[side.fields.length];
                cells[0] = UTF8String.fromString(path);
                part.reject(
                        new GenericInternalRow(cells),
                        "column \"" + ImageTable.IMAGE + "\": expected a PNG or JPEG file, found one that is empty");
            }
            part.end(0);
        }
    }

    /** What came of the rows, once the job is done; the folder has no file then but those of tasks that count. */
    public Outcome outcome() {
        List<Done> parts = new ArrayList<>(side.done.value());
        parts.sort(Comparator.comparing(Done::file));
        long rejected = parts.stream().mapToLong(Done::rejected).sum();
        Set<String> written = parts.stream().map(Done::file).collect(Collectors.toSet());
        try {
            FileSystem fs = folder.getFileSystem(spark.sparkContext().hadoopConfiguration());
            if (fs.exists(folder)) {
                for (FileStatus file : fs.listStatus(folder)) {
                    if (!written.contains(file.getPath().getName())) {
                        // of a task that was tried again
                        fs.delete(file.getPath(), false);
                    }
                }
            }
        } catch (IOException e) {
            throw side.refusal(e);
        }
        List<String> reasons = parts.stream()
                .map(Done::firstReason)
                .filter(reason -> !reason.isEmpty())
                .distinct()
                .limit(REASONS)
                .toList();
        return new Outcome(parts.stream().mapToLong(Done::scored).sum(), rejected, reasons);
    }

    /** What a task came to; its file and reason are empty where it rejected nothing. */
    private record Done(String file, long scored, long rejected, String firstReason) implements Serializable {}

    /** How a task writes files of a format. */
    private record Files(OutputWriterFactory factory, SerializableConfiguration hadoop, StructType columns)
            implements Serializable {
        static Files of(SparkSession spark, DataFormat format, StructType columns) {
            FileFormat files =
                    switch (format) {
                        case CSV -> new CSVFileFormat();
                        case JSON -> new JsonFileFormat();
                        case PARQUET -> new ParquetFileFormat();
                        case ORC -> new OrcFileFormat();
                        case LIBSVM, IDX, IMAGE ->
                            throw new IllegalArgumentException("no rows are written as " + format);
                    };
            try {
                Job job = Job.getInstance(((org.apache.spark.sql.classic.SparkSession) spark)
                        .sessionState()
                        .newHadoopConf());
                OutputWriterFactory factory = files.prepareWrite(
                        spark,
                        job,
                        scala.collection.immutable.Map.from(
                                CollectionConverters.asScala(java.util.Map.of("header", "true"))),
                        columns);
                return new Files(factory, new SerializableConfiguration(job.getConfiguration()), columns);
            } catch (IOException e) {
                throw new IllegalStateException("Hadoop made no job: " + e.getMessage(), e);
            }
        }

        TaskAttemptContext attempt(int partition, int attempt) {
            TaskID task = new TaskID(new JobID("rejected", 0), TaskType.MAP, partition);
            return new TaskAttemptContextImpl(hadoop.value(), new TaskAttemptID(task, attempt));
        }
    }

    /** What tasks know of it. */
    private static final class Side implements UnscorableRows {
        private static final long serialVersionUID = 1L;

        private final String folder;
        private final String option;
        private final Files files;
        private final StructField[] fields;
        private final int[] kept;
        /** The column of malformed lines, negative where there is none. */
        private final int record;

        private final CollectionAccumulator<Done> done;

        Side(
                String folder,
                String option,
                Files files,
                StructField[] fields,
                int[] kept,
                int record,
                CollectionAccumulator<Done> done) {
            this.folder = folder;
            this.option = option;
            this.files = files;
            this.fields = fields;
            this.kept = kept;
            this.record = record;
            this.done = done;
        }

        @Override
        public UnscorableRows.Part open() {
            TaskContext task = TaskContext.get();
            TaskFile part = part(task.partitionId(), task.taskAttemptId());
            task.addTaskCompletionListener((TaskCompletionListener) ended -> part.abandon());
            return part;
        }

        TaskFile part(int partition, long attempt) {
            return new TaskFile(this, partition, attempt);
        }

        ConfigException refusal(Throwable cause) {
            return new ConfigException(option + ": " + folder + " cannot be written: " + Reason.of(cause) + ".", cause);
        }
    }

    /** A task's file. */
    private static final class TaskFile implements UnscorableRows.Part {
        private final Side side;
        private final TaskAttemptContext attempt;
        private final String name;
        private OutputWriter writer;
        private long rejected;
        private String firstReason = "";

        TaskFile(Side side, int partition, long attempt) {
            this.side = side;
            this.attempt = side.files.attempt(partition, (int) attempt);
            this.name = String.format(
                    Locale.ROOT,
                    "part-%05d-%d%s",
                    partition,
                    attempt,
                    side.files.factory.getFileExtension(this.attempt));
        }

        @Override
        public void reject(InternalRow row, String fault) {
            String reason = sentence(fault);
            firstReason = firstReason.isEmpty() ? reason : firstReason;
            rejected++;
            try {
                if (writer == null) {
                    writer = side.files.factory.newInstance(
                            new Path(side.folder, name).toString(), side.files.columns, attempt);
                }
                writer.write(new GenericInternalRow(cells(row, reason)));
            } catch (Exception e) {
                // Scala does not declare what it throws
                throw side.refusal(e);
            }
        }

        private Object[] cells(InternalRow row, String reason) {
            Object[] cells = new Object[side.files.columns.fields().length];
            int at = 0;
            for (int i : side.kept) {
                cells[at++] = row.isNullAt(i) ? null : row.get(i, side.fields[i].dataType());
            }
            cells[at++] = UTF8String.fromString(reason);
            cells[at++] = file();
            if (side.record >= 0) {
                cells[at] = row.isNullAt(side.record) ? null : row.getUTF8String(side.record);
            }
            return cells;
        }

        /** Null where the source is none of files that Spark opens. */
        private static UTF8String file() {
            String path = InputFileBlockHolder.getInputFilePath().toString();
            if (path.isEmpty()) {
                return null;
            }
            try {
                return UTF8String.fromString(new Path(URI.create(path)).toString());
            } catch (IllegalArgumentException e) {
                return UTF8String.fromString(path);
            }
        }

        private static String sentence(String fault) {
            String line = Printable.line(fault.strip());
            return (line.endsWith(",") || line.endsWith(".") ? line.substring(0, line.length() - 1) : line) + ".";
        }

        @Override
        public void end(long scored) {
            try {
                close();
            } catch (Exception e) {
                throw side.refusal(e);
            }
            side.done.add(new Done(rejected > 0 ? name : "", scored, rejected, firstReason));
        }

        /** Of a task that failed: nobody counts its file. */
        void abandon() {
            try {
                close();
            } catch (Exception e) {
                // the fault that ended the task is the one to tell of
                rejected = 0;
            }
        }

        private void close() {
            if (writer != null) {
                OutputWriter closing = writer;
                writer = null;
                closing.close();
            }
        }
    }
}
