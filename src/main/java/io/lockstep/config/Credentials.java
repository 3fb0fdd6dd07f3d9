package io.lockstep.config;

import io.lockstep.error.ConfigException;
import java.util.regex.Pattern;

/**
 * Secrets that do not belong where a user has put them: a config goes into every model's lineage, and paths into messages
 * and logs. What is refused is not repeated.
 */
public final class Credentials {
    /** USER:PASSWORD before the host; a port is no password. */
    private static final Pattern IN_PATH =
            Pattern.compile("(?s)[A-Za-z][A-Za-z0-9+.-]*://[^/@:]*:(?!\\d+(?:/|$))[^@]*@.*");

    /** As Spark's own spark.redaction.regex, and what object stores call theirs. */
    private static final Pattern SECRET_OPTION = Pattern.compile(
            "(?i).*(?:secret|password|token|access[._]?key|account[.]key|credential|private[._]?key).*");

    static final String PATH_REMEDY =
            "a path with a password in it is not taken: it would stand in the model and in logs."
                    + " Put it where Spark keeps secrets, for instance spark.hadoop.fs.s3a.access.key and secret.key in"
                    + " spark-defaults.conf, or a credential provider.";

    static final String OPTION_REMEDY = "a secret is not taken as an option: it would stand in the model. Put it where"
            + " Spark keeps secrets: spark.hadoop.<option> in spark-defaults.conf, or a credential provider.";

    private Credentials() {}

    static boolean inPath(String path) {
        return IN_PATH.matcher(path).matches();
    }

    static boolean inOption(String name) {
        return SECRET_OPTION.matcher(name).matches();
    }

    /**
     * Refuses a path with a password in it.
     *
     * @param argument the name of the command line's argument
     * @throws ConfigException if there is a password in {@code path}
     */
    public static void requireNone(String argument, String path) {
        if (inPath(path)) {
            throw new ConfigException(argument + ": " + PATH_REMEDY);
        }
    }
}
