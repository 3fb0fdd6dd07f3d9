package io.lockstep.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.substring;

import io.lockstep.error.DataException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Folders of PNG and JPEG files as a table: {@code path} (below the given folder), the label (the name of the file's
 * folder) and {@code image} (the file's bytes). Hidden files and files of other names are left out.
 */
final class ImageTable {
    static final String PATH = "path";
    static final String IMAGE = "image";

    private static final List<String> EXTENSIONS = List.of(".png", ".jpg", ".jpeg");
    private static final String NAMES = "*.{[pP][nN][gG],[jJ][pP][gG],[jJ][pP][eE][gG]}";

    private ImageTable() {}

    static boolean isImage(FileStatus file) {
        String name = file.getPath().getName().toLowerCase(Locale.ROOT);
        return EXTENSIONS.stream().anyMatch(name::endsWith);
    }

    /**
     * The table of the images below {@code path}.
     *
     * @param loading where they are, for Spark
     * @param root the deepest folder of {@code path} without a pattern, qualified
     * @throws DataException if there is no image, or the label has the name of another column
     */
    static Dataset<Row> read(
            SparkSession spark,
            String path,
            Tables.Loading loading,
            Path root,
            List<FileStatus> files,
            Map<String, String> options,
            String label) {
        if (files.stream().noneMatch(ImageTable::isImage)) {
            throw new DataException(path + ": expected PNG or JPEG files, found " + files.size()
                    + " files of other names (.png, .jpg or .jpeg is an image).");
        }
        if (label.equals(PATH) || label.equals(IMAGE)) {
            throw new DataException(
                    "data.label: \"" + label + "\" is the name of another column of images. Choose another name.");
        }
        return loading.by(spark.read()
                        .format("binaryFile")
                        .option("pathGlobFilter", NAMES)
                        .option("recursiveFileLookup", "true")
                        .options(options))
                .select(
                        substring(col("path"), prefix(root).length() + 1, Integer.MAX_VALUE)
                                .as(PATH),
                        element_at(split(col("path"), "/"), lit(-2)).as(label),
                        col("content").as(IMAGE));
    }

    /**
     * What the list of files tells of them before any is read.
     *
     * @param stray an image that lies beside the folders of classes: nobody can tell what it shows
     * @param empty the paths of images without a byte, which Spark leaves out, in order
     */
    record Oddities(Optional<String> stray, List<String> empty) {
        static final Oddities NONE = new Oddities(Optional.empty(), List.of());

        static Oddities of(Path root, List<FileStatus> files) {
            List<FileStatus> images = files.stream().filter(ImageTable::isImage).toList();
            boolean folders = images.stream()
                    .anyMatch(image -> !image.getPath().getParent().equals(root));
            Optional<String> stray = images.stream()
                    .map(FileStatus::getPath)
                    .filter(image -> folders && image.getParent().equals(root))
                    .map(Path::getName)
                    .sorted()
                    .findFirst();
            List<String> empty = images.stream()
                    .filter(image -> image.getLen() == 0)
                    .map(image ->
                            image.getPath().toString().substring(prefix(root).length()))
                    .sorted()
                    .toList();
            return new Oddities(stray, empty);
        }
    }

    private static String prefix(Path root) {
        return root.toString().endsWith("/") ? root.toString() : root + "/";
    }
}
