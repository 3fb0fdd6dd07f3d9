package io.lockstep.data;

import io.lockstep.config.DataConfig;
import io.lockstep.config.DataFormat;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/** What is refused by a look at the columns of a file, or at the features they make, before rows are encoded. */
final class SourceChecks {
    private SourceChecks() {}

    /** Image files are resized, to a size that the config has to name. */
    static void requirePictures(DataConfig data, Tables.Source source) {
        if (source.format() == DataFormat.IMAGE && data.image().isEmpty()) {
            throw new ConfigException("data.image: expected the size to which the image files are resized, found none."
                    + " Add data.image: { height: 28, width: 28, channels: 1 }, with sizes of your choice.");
        }
    }

    /** Each image file lies in the folder of its class. */
    static void requireNoStray(Tables.Source source) {
        source.oddities().stray().ifPresent(name -> {
            throw new DataException("image " + name + " lies beside the folders of the classes, so that nobody can tell"
                    + " its class. Move it into one of them.");
        });
    }

    /** A width that no row can have in memory is refused before arrays of that width are made. */
    static void requireFew(FeatureSchema features) {
        if (features.width() > Cells.MOST_FEATURES) {
            FeatureColumn widest = features.columns().stream()
                    .max(Comparator.comparingInt(FeatureColumn::width))
                    .orElseThrow();
            throw new DataException("column \"" + widest.name() + "\": makes " + widest.width()
                    + " features, more than " + Cells.MOST_FEATURES + ". Hash a category to fewer buckets"
                    + " (data.hashing), or exclude the column (data.features).");
        }
    }

    /** What the features are declared to be a picture of must have as many pixels. */
    static void requireSize(DataConfig data, FeatureSchema features) {
        data.image().filter(image -> image.size() != features.width()).ifPresent(image -> {
            throw new DataException("data.image: " + image + " (height×width×channels) makes " + image.size()
                    + " features, and the data has " + features.width()
                    + ". Name the picture's columns in data.features, or mend the sizes; a column of PNG or JPEG files"
                    + " is named in data.image.column.");
        });
    }

    /** Says which file it is that lacks a column or has it in another type. */
    static void requireEncodable(StructType table, List<String> labels, FeatureSchema features, String key) {
        try {
            Columns columns = new Columns(table);
            labels.forEach(columns::ordinal);
            for (FeatureColumn column : features.columns()) {
                Columns.requireFits(column, table.fields()[columns.ordinal(column.name())].dataType());
            }
        } catch (DataException e) {
            throw new DataException(key + ": " + e.getMessage(), e);
        }
    }

    /** Without a part of the key, examples would silently be ordered by the rest of it. */
    static void requireKey(StructType table, List<String> key, String file, String path) {
        Columns columns = new Columns(table);
        for (String name : key) {
            if (!columns.has(name)) {
                throw new DataException("data.key: no column \"" + name + "\" in the file of " + file + ", " + path
                        + ". It has: " + Columns.names(table) + ". Add the column to that file, or leave it out of"
                        + " data.key.");
            }
        }
    }
}
