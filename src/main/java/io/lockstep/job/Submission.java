package io.lockstep.job;

import io.lockstep.error.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * What {@code scripts/lockstep} sends along to a driver that runs on the cluster, as Spark properties, which reach it on
 * every kind of cluster: the config file, and the directory that it was called in.
 */
final class Submission {
    /** The text of the config file, in base64. */
    private static final String CONFIG = "spark.lockstep.config";

    /** What relative paths of the local file system begin at. */
    private static final String DIRECTORY = "spark.lockstep.directory";

    private Submission() {}

    /** The text of the config file that was sent along. */
    static Optional<String> config() {
        try {
            return Optional.ofNullable(System.getProperty(CONFIG))
                    .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    CONFIG + ": expected the config file in base64, as scripts/lockstep sends it, found other text.",
                    e);
        }
    }

    /** Relative paths mean what they mean where the command was called, should the driver see the same files. */
    static void enterDirectory() {
        String directory = System.getProperty(DIRECTORY);
        if (directory == null) {
            return;
        }
        try {
            // this JVM has one local file system, so the sources and directories that come later use it, too
            FileSystem.getLocal(SparkHadoopUtil.get().conf()).setWorkingDirectory(new Path(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
