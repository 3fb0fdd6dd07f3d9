package io.lockstep.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How the files of a data set are laid out. */
public enum DataFormat implements Named {
    CSV,
    PARQUET,
    ORC,
    JSON,
    LIBSVM,
    IDX,
    /** Folders of PNG and JPEG files, a folder a class. */
    IMAGE;

    private static final Map<String, DataFormat> EXTENSIONS = Map.ofEntries(
            Map.entry("csv", CSV),
            Map.entry("tsv", CSV),
            Map.entry("parquet", PARQUET),
            Map.entry("orc", ORC),
            Map.entry("json", JSON),
            Map.entry("jsonl", JSON),
            Map.entry("ndjson", JSON),
            Map.entry("libsvm", LIBSVM),
            Map.entry("svm", LIBSVM),
            Map.entry("png", IMAGE),
            Map.entry("jpg", IMAGE),
            Map.entry("jpeg", IMAGE));

    /** What a file's name, or the end of a path, tells: the last extension that is known ({@code rows.csv.gz} is csv). */
    public static Optional<DataFormat> ofFile(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        if (file.contains("-idx3-ubyte")) {
            return Optional.of(IDX);
        }
        return Arrays.stream(file.split("\\.", -1))
                .skip(1)
                .filter(EXTENSIONS::containsKey)
                .reduce((first, last) -> last)
                .map(EXTENSIONS::get);
    }
}
