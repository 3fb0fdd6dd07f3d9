package io.lockstep.data;

import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.StringType;

/** How the cells of a column of csv are read. */
enum CsvType {
    INT,
    LONG,
    DOUBLE,
    BOOLEAN,
    TEXT,
    /** Dates and long decimals, which Spark reads; and what is not known yet. */
    OTHER;

    static CsvType of(DataType type) {
        if (type instanceof IntegerType) {
            return INT;
        } else if (type instanceof LongType) {
            return LONG;
        } else if (type instanceof DoubleType) {
            return DOUBLE;
        } else if (type instanceof BooleanType) {
            return BOOLEAN;
        }
        return type instanceof StringType ? TEXT : OTHER;
    }
}
