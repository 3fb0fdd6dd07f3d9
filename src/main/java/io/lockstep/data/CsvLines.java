package io.lockstep.data;

import java.util.Iterator;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.unsafe.types.UTF8String;

/** Walks over a partition of lines of csv files, and tells which of them are the headers that files start with. */
final class CsvLines {
    /** What a line of a file turned out to be. */
    enum Found {
        ROW,
        UNUSUAL,
        END
    }

    private final Iterator<InternalRow> lines;
    private final CsvLine line;
    private final UTF8String header;
    private UTF8String path = UTF8String.EMPTY_UTF8;
    private long start = -1;
    private boolean headerIsDue;

    /** Lines under a {@code header} that all files share. */
    CsvLines(Iterator<InternalRow> lines, CsvLine line, String header) {
        this.lines = lines;
        this.line = line;
        this.header = UTF8String.fromString(header);
    }

    /** Goes on to the next row, which {@link CsvLine} then holds. */
    Found next() {
        while (lines.hasNext()) {
            UTF8String text = lines.next().getUTF8String(0);
            noticeFile();
            CsvLine.Cut cut = line.cut(text);
            if (cut == CsvLine.Cut.BLANK) {
                continue;
            }
            if (headerIsDue) {
                headerIsDue = false;
                if (!text.equals(header)) {
                    return Found.UNUSUAL;
                }
                continue;
            }
            // Spark takes such a line for a header while it infers types, and for a row when it reads
            if (cut == CsvLine.Cut.UNUSUAL || text.equals(header)) {
                return Found.UNUSUAL;
            }
            return Found.ROW;
        }
        return Found.END;
    }

    /** A partition holds parts of files one after the other; a file's header is in the part that starts it. */
    private void noticeFile() {
        long startNow = InputFileBlockHolder.getStartOffset();
        UTF8String pathNow = InputFileBlockHolder.getInputFilePath();
        if (startNow != start || !pathNow.equals(path)) {
            start = startNow;
            path = pathNow.copy();
            headerIsDue = start == 0;
        }
    }
}
