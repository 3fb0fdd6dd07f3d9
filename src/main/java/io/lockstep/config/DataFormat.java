package io.lockstep.config;

/** How the files of a data set are laid out. */
public enum DataFormat implements Named {
    CSV,
    PARQUET,
    ORC,
    JSON,
    LIBSVM,
    IDX,
    /** Folders of PNG and JPEG files, a folder a class. */
    IMAGE
}
