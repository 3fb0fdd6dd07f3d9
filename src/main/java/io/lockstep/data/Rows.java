package io.lockstep.data;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;

/** Spark's internal rows of a table: numbers unboxed, texts in UTF-8. */
final class Rows {
    private Rows() {}

    /** The rows of {@code table}; an iterator over them may reuse one object for all. */
    static JavaRDD<InternalRow> of(Dataset<Row> table) {
        return ((org.apache.spark.sql.classic.Dataset<Row>) table)
                .queryExecution()
                .toRdd()
                .toJavaRDD();
    }
}
