package io.lockstep.data;

import io.lockstep.config.DataFormat;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * Finds all images of a table that cannot be decoded. Reading ends at the first of them; this pass, which is only made
 * then, tells of the others as well, so that they can be mended in one go.
 */
public final class UnreadableImages {
    private static final int NAMED = 5;

    private UnreadableImages() {}

    /**
     * What to say of the images of {@code source} that cannot be decoded; empty if there are none, or no images at all.
     *
     * @param key of the config or command line, for the message
     */
    public static Optional<DataException> among(Tables.Source source, FeatureSchema features, String key) {
        Optional<FeatureColumn.Image> column = features.columns().stream()
                .filter(FeatureColumn.Image.class::isInstance)
                .map(FeatureColumn.Image.class::cast)
                .findFirst();
        if (column.isEmpty()) {
            return Optional.empty();
        }
        StructType table = source.table().schema();
        boolean files = source.format() == DataFormat.IMAGE;
        List<Found> parts = Jobs.named(
                source.table().sparkSession().sparkContext(), "find images that cannot be read", () -> source.rows()
                        .mapPartitions(new Task(column.get(), table, files))
                        .collect());
        List<String> empty = source.oddities().empty();
        long images = empty.size() + parts.stream().mapToLong(Found::images).sum();
        long broken = empty.size() + parts.stream().mapToLong(Found::broken).sum();
        if (broken == 0) {
            return Optional.empty();
        }
        List<String> names = Stream.concat(
                        empty.stream().map(name -> name + " (empty)"),
                        parts.stream().flatMap(part -> part.names().stream()))
                .sorted()
                .limit(NAMED)
                .toList();
        return Optional.of(new DataException(key + ": " + broken + " of " + images + " images cannot be read: "
                + String.join(", ", names) + (broken > names.size() ? ", …" : "") + ". Mend or remove them."));
    }

    /**
     * Refuses files without a byte, which Spark would leave out without a word.
     *
     * @throws DataException as {@link #among} says it, if there are any
     */
    public static void requireNoneEmpty(Tables.Source source, FeatureSchema features, String key) {
        if (!source.oddities().empty().isEmpty()) {
            among(source, features, key).ifPresent(fault -> {
                throw fault;
            });
        }
    }

    /** @param names the first of the broken ones by name, each with what is wrong */
    private record Found(long images, long broken, List<String> names) implements Serializable {}

    private static final class Task implements FlatMapFunction<Iterator<InternalRow>, Found> {
        private static final long serialVersionUID = 1L;

        private final FeatureColumn.Image column;
        private final StructType table;
        private final boolean files;

        Task(FeatureColumn.Image column, StructType table, boolean files) {
            this.column = column;
            this.table = table;
            this.files = files;
        }

        @Override
        public Iterator<Found> call(Iterator<InternalRow> rows) {
            Columns known = new Columns(table);
            int image = known.ordinal(column.name());
            RowText rowText = new RowText(table);
            ImageDecoder decoder = new ImageDecoder(column.shape());
            float[] out = new float[column.width()];
            List<String> names = new ArrayList<>();
            long images = 0;
            long broken = 0;
            while (rows.hasNext()) {
                InternalRow row = rows.next();
                images++;
                String fault = fault(row, image, decoder, out);
                if (!fault.isEmpty()) {
                    broken++;
                    String name = files
                            ? row.getUTF8String(known.ordinal(ImageTable.PATH)).toString()
                            : rowText.of(row);
                    names.add(name + " (" + fault + ")");
                    if (names.size() > 2 * NAMED) {
                        Collections.sort(names);
                        names.subList(NAMED, names.size()).clear();
                    }
                }
            }
            return List.of(new Found(images, broken, names)).iterator();
        }

        /** What is wrong; empty for nothing. */
        private static String fault(InternalRow row, int image, ImageDecoder decoder, float[] out) {
            if (row.isNullAt(image)) {
                return "missing";
            }
            try {
                decoder.decode(row.getBinary(image), out, 0);
                return "";
            } catch (ImageDecoder.UnreadableException e) {
                return e.getMessage();
            }
        }
    }
}
