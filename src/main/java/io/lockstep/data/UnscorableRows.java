package io.lockstep.data;

import io.lockstep.error.DataException;
import java.io.Serializable;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/** What becomes of rows that cannot be encoded. */
public interface UnscorableRows extends Serializable {

    /** A task's part of them, for one thread. */
    Part open();

    /** Rows of a task. */
    interface Part {
        /**
         * Takes in a row that cannot be scored.
         *
         * @param fault in words, without the row
         * @throws DataException if that is not to be
         */
        void reject(InternalRow row, String fault);

        /** The task has come to its last row, of which {@code scored} could be scored. */
        void end(long scored);
    }

    /** The first of them ends the work. */
    static UnscorableRows refused(StructType table) {
        return new Refused(new RowText(table));
    }

    /** See {@link #refused}. */
    record Refused(RowText rowText) implements UnscorableRows, Part {
        @Override
        public Part open() {
            return this;
        }

        @Override
        public void reject(InternalRow row, String fault) {
            throw new DataException(fault + " in " + rowText.of(row));
        }

        @Override
        public void end(long scored) {}
    }
}
