package io.lockstep.data;

import java.io.Serializable;
import java.util.StringJoiner;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A row in a few words for messages: its file and its first cells. */
final class RowText implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int CELLS = 5;
    private static final int CELL_LENGTH = 30;

    private final StructType schema;

    RowText(StructType schema) {
        this.schema = schema;
    }

    /** E.g. {@code row {price=303000, year_built=1978, …} of houses.csv}. */
    String of(InternalRow row) {
        StringJoiner cells = new StringJoiner(", ", "{", "}");
        StructField[] fields = schema.fields();
        for (int i = 0; i < Math.min(fields.length, CELLS); i++) {
            cells.add(fields[i].name() + "=" + cell(row, i));
        }
        if (fields.length > CELLS) {
            cells.add("…");
        }
        String file = InputFileBlockHolder.getInputFilePath().toString();
        return "row " + cells + (file.isEmpty() ? "" : " of " + file.substring(file.lastIndexOf('/') + 1));
    }

    private String cell(InternalRow row, int ordinal) {
        if (row.isNullAt(ordinal)) {
            return "(missing)";
        }
        String text =
                switch (Cells.kind(schema.fields()[ordinal].dataType())) {
                    case NUMBER, TEXT, DATE -> Cells.text(row, ordinal, schema.fields()[ordinal].dataType());
                    case VECTOR, UNUSABLE -> "[…]";
                };
        return text.length() > CELL_LENGTH ? text.substring(0, CELL_LENGTH) + "…" : text;
    }
}
