package io.lockstep.job;

import io.lockstep.config.Credentials;
import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads small text files from any Hadoop file system. */
final class TextFiles {
    /** A config is a page; what is larger is something else. */
    private static final int MOST_BYTES = 1 << 20;

    private TextFiles() {}

    /**
     * The text of a config file.
     *
     * @throws ConfigException if it cannot be read
     */
    static String config(String file, Configuration hadoop) {
        Credentials.requireNone("CONF", file);
        try {
            Path path = new Path(file);
            try (InputStream in = path.getFileSystem(hadoop).open(path)) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                bytes.write(in.readNBytes(MOST_BYTES + 1));
                if (bytes.size() > MOST_BYTES) {
                    throw new ConfigException(file + ": expected a config of at most 1 MiB, found more.");
                }
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes.toByteArray()))
                        .toString();
            }
        } catch (FileNotFoundException e) {
            throw new ConfigException("no config file " + file + ".", e);
        } catch (CharacterCodingException e) {
            throw new ConfigException(file + ": expected text in UTF-8, found other bytes.", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("config file " + file + " cannot be read: " + Reason.of(e), e);
        }
    }
}
