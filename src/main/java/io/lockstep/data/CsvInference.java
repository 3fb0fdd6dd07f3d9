package io.lockstep.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.csv.CSVInferSchema;
import org.apache.spark.sql.catalyst.csv.CSVOptions;
import org.apache.spark.sql.execution.SQLExecution;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StructType;
import scala.runtime.AbstractFunction0;

/**
 * Finds the types of the columns of csv in one pass, by Spark's rules: Spark itself is asked about each cell that does not
 * fit the type that its column has so far. Nearly all do, and to see that a number is one costs little.
 */
final class CsvInference implements FlatMapFunction<Iterator<InternalRow>, CsvInference.Part>, Serializable {
    private static final long serialVersionUID = 1L;

    private final CsvDialect dialect;
    private final String header;
    private final int columns;
    private final CSVInferSchema spark;

    private CsvInference(CsvDialect dialect, String header, int columns, CSVInferSchema spark) {
        this.dialect = dialect;
        this.header = header;
        this.columns = columns;
        this.spark = spark;
    }

    /** What is known of a partition; {@code usual} tells whether all its lines can be read here. */
    record Part(List<DataType> types, long rows, boolean usual) implements Serializable {}

    /** The types of all columns, and how many rows there are. */
    record Inferred(StructType schema, long rows) {}

    /**
     * The types of the columns {@code names}.
     *
     * @return empty if there are lines that only Spark's reader can read
     */
    static Optional<Inferred> of(
            org.apache.spark.sql.classic.SparkSession session,
            JavaRDD<InternalRow> lines,
            CsvDialect dialect,
            String header,
            String[] names,
            CSVOptions options) {
        CSVInferSchema spark = new CSVInferSchema(options);
        JavaRDD<Part> job = lines.mapPartitions(new CsvInference(dialect, header, names.length, spark));
        List<Part> parts = SQLExecution.withSQLConfPropagated(session, new AbstractFunction0<List<Part>>() {
            @Override
            public List<Part> apply() {
                return job.collect();
            }
        });
        if (!parts.stream().allMatch(Part::usual)) {
            return Optional.empty();
        }
        DataType[] types = unknown(names.length);
        for (Part part : parts) {
            types = merge(spark, types, part.types.toArray(DataType[]::new));
        }
        long rows = parts.stream().mapToLong(Part::rows).sum();
        return Optional.of(new Inferred(new StructType(spark.toStructFields(types, names)), rows));
    }

    private static DataType[] unknown(int columns) {
        DataType[] types = new DataType[columns];
        Arrays.fill(types, DataTypes.NullType);
        return types;
    }

    private static DataType[] merge(CSVInferSchema spark, DataType[] left, DataType[] right) {
        DataType[] merged = spark.mergeRowTypes(left, right);
        for (int i = 0; i < merged.length; i++) {
            boolean known = !(left[i] instanceof NullType) && !(right[i] instanceof NullType);
            if (known && merged[i] instanceof NullType) {
                // Spark forgets here what it knew: truth values in one partition and numbers in another are text
                merged[i] = DataTypes.StringType;
            }
        }
        return merged;
    }

    @Override
    public Iterator<Part> call(Iterator<InternalRow> rows) {
        CsvLine line = dialect.line(columns);
        CsvLines lines = new CsvLines(rows, line, header);
        CsvNumber number = new CsvNumber();
        DataType[] types = unknown(columns);
        CsvType[] read = new CsvType[columns];
        Arrays.fill(read, CsvType.OTHER);
        long count = 0;
        CsvLines.Found found = lines.next();
        while (found == CsvLines.Found.ROW) {
            for (int i = 0; i < columns; i++) {
                if (!line.isMissing(i) && !fits(read[i], line, i, number)) {
                    types[i] = spark.inferField(types[i], line.text(i));
                    read[i] = CsvType.of(types[i]);
                }
            }
            count++;
            found = lines.next();
        }
        return List.of(new Part(List.of(types), count, found == CsvLines.Found.END))
                .iterator();
    }

    /** Whether the cell certainly fits; for the rest Spark is asked. */
    private static boolean fits(CsvType type, CsvLine line, int column, CsvNumber number) {
        return switch (type) {
            case INT -> number.isInt(line.bytes(), line.start(column), line.end(column));
            case LONG -> number.isLong(line.bytes(), line.start(column), line.end(column));
            case DOUBLE -> number.isDouble(line.bytes(), line.start(column), line.end(column));
            case TEXT -> true;
            case BOOLEAN, OTHER -> false;
        };
    }
}
