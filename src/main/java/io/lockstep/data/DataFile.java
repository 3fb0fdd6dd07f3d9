package io.lockstep.data;

import org.apache.hadoop.fs.FileStatus;

/**
 * A file that was trained on, as it was then.
 *
 * @param path qualified
 * @param modified in milliseconds since 1970
 * @param length in bytes
 */
public record DataFile(String path, long modified, long length) {
    static DataFile of(FileStatus status) {
        return new DataFile(status.getPath().toString(), status.getModificationTime(), status.getLen());
    }
}
