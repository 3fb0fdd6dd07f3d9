package io.lockstep.data;

import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** A pair of idx files, images and labels, as a table of two columns: {@code pixels} (bytes) and the label. */
final class IdxTable {
    static final String PIXELS = "pixels";

    /** The option that names the label file where it has no name of the usual form. */
    static final String LABELS_OPTION = "labels";

    private IdxTable() {}

    /**
     * The table of the images at {@code path}.
     *
     * @param labels the label file; an empty text: the images' path with {@code images-idx3} made {@code labels-idx1}
     */
    static Dataset<Row> read(SparkSession spark, String path, String labels, String labelColumn) {
        String labelPath = labels.isEmpty() ? path.replace("images-idx3", "labels-idx1") : labels;
        if (labelPath.equals(path)) {
            throw new DataException(path + ": expected a name with \"images-idx3\", or data.options.labels to name the"
                    + " file of the labels.");
        }
        SerializableConfiguration hadoop =
                new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
        requireLabels(labelPath, hadoop);
        int items;
        try (IdxFile images = IdxFile.open(path, hadoop.value());
                IdxFile labelFile = IdxFile.open(labelPath, hadoop.value())) {
            items = images.items();
            if (labelFile.items() != items) {
                throw new DataException(labelPath + ": expected " + items + " labels, one for each image, found "
                        + labelFile.items() + ".");
            }
            if (labelFile.itemSize() != 1) {
                throw new DataException(
                        labelPath + ": expected labels of one byte, found " + labelFile.itemSize() + ".");
            }
        }
        // A gzipped file cannot be split: each task unpacks what lies before its part.
        int parts = spark.sparkContext().defaultParallelism();
        List<Part> ranges = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            int from = (int) ((long) items * i / parts);
            int to = (int) ((long) items * (i + 1) / parts);
            if (from < to) {
                ranges.add(new Part(from, to));
            }
        }
        StructType schema = new StructType()
                .add(PIXELS, DataTypes.BinaryType, false)
                .add(labelColumn, DataTypes.IntegerType, false);
        return spark.createDataFrame(
                JavaSparkContext.fromSparkContext(spark.sparkContext())
                        .parallelize(ranges, Math.max(1, ranges.size()))
                        .flatMap(new ReadPart(path, labelPath, hadoop)),
                schema);
    }

    private static void requireLabels(String path, SerializableConfiguration hadoop) {
        try {
            Path file = new Path(path);
            if (!file.getFileSystem(hadoop.value()).exists(file)) {
                throw new DataException("no file " + path + ", where the labels of the images should be. Put it there,"
                        + " or name it: data.options.labels.");
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new DataException(path + ": cannot be found (" + Reason.of(e) + ").", e);
        }
    }

    /** Items [from, to) of the files. */
    private record Part(int from, int to) implements Serializable {}

    private static final class ReadPart implements FlatMapFunction<Part, Row> {
        private static final long serialVersionUID = 1L;

        private final String path;
        private final String labelPath;
        private final SerializableConfiguration hadoop;

        ReadPart(String path, String labelPath, SerializableConfiguration hadoop) {
            this.path = path;
            this.labelPath = labelPath;
            this.hadoop = hadoop;
        }

        /** A file that is closed with the task at the latest: a fault or a limit can end it before its last row. */
        private IdxFile open(String file) {
            IdxFile opened = IdxFile.open(file, hadoop.value());
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> opened.close());
            return opened;
        }

        @Override
        public Iterator<Row> call(Part part) {
            IdxFile images = open(path);
            IdxFile labels = open(labelPath);
            images.skip(part.from());
            labels.skip(part.from());
            return new Iterator<>() {
                private int item = part.from();

                @Override
                public boolean hasNext() {
                    return item < part.to();
                }

                @Override
                public Row next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    Row row = RowFactory.create(images.next(), labels.next()[0] & 0xFF);
                    if (++item == part.to()) {
                        images.close();
                        labels.close();
                    }
                    return row;
                }
            };
        }
    }
}
