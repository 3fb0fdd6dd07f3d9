package io.lockstep.data;

import io.lockstep.error.ClusterException;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.LockstepException;
import io.lockstep.error.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;

/**
 * Finds what a user can mend in what Spark throws: a fault of a task arrives wrapped, however often it was tried, and
 * Spark's own words about unreadable files carry codes that help nobody.
 */
public final class Faults {
    private static final Pattern CODE = Pattern.compile("^\\[[A-Z0-9_]+(\\.[A-Z0-9_]+)*\\] ");
    private static final Pattern STATE = Pattern.compile("\\s*SQLSTATE: \\w+.*$");

    /** How Spark shows a cell that a short line does not have. */
    private static final Pattern MISSING = Pattern.compile("(?<=[\\[,])null(?=[\\],])");

    /** What the C library says of ENOSPC, EDQUOT and EFBIG, and with it Java; and what it means. */
    private static final Map<String, String> FULL_DISK = Map.of(
            "No space left on device", "a disk is full",
            "Disk quota exceeded", "a disk quota is used up",
            "File too large", "a file has outgrown what a file may have (ulimit -f)");

    /** What Spark's sparse vectors say. */
    private static final String BEYOND_THE_WIDTH = "out of bounds for vector of size";

    /** What Spark says when its cluster has ended the application, and of each use of a context that ended so. */
    private static final Pattern ENDED =
            Pattern.compile("Master removed our application|All masters are unresponsive|SparkContext was shut down"
                    + "|SparkContext has been shutdown|stopped SparkContext");

    /** The classes of Parquet, ORC and Spark that read files. */
    private static final Pattern READER = Pattern.compile("^org\\.apache\\.(?:parquet|orc|spark\\.sql\\.execution"
            + "\\.datasources\\.(?:parquet|orc))\\.(?!.*Writer).*(?:Reader|Dictionary|Decoder)");

    private static final String OTHER_HEADER = "CSV header does not conform to the schema";

    private Faults() {}

    /** The fault of the data, the config or the cluster behind {@code thrown}, if it is one. */
    public static Optional<LockstepException> of(Throwable thrown) {
        List<Throwable> chain = Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .toList();
        return chain.stream()
                .filter(LockstepException.class::isInstance)
                .map(LockstepException.class::cast)
                .findFirst()
                .or(() -> malformed(chain))
                .or(() -> otherHeader(chain))
                .or(() -> unreadable(chain))
                .or(() -> beyondTheWidth(chain))
                .or(() -> fullDisk(chain))
                .or(() -> damaged(chain))
                .or(() -> endedByTheCluster(chain))
                .or(() -> chain.stream()
                        .filter(AnalysisException.class::isInstance)
                        .findFirst()
                        .map(cause -> new DataException(sentence(cause), cause)));
    }

    private static Optional<LockstepException> malformed(List<Throwable> chain) {
        return condition(chain, "MALFORMED_RECORD_IN_PARSING")
                .map(cause -> new DataException(
                        file(chain) + "a line does not fit the columns: "
                                + MISSING.matcher(cause.getMessageParameters().getOrDefault("badRecord", ""))
                                        .replaceAll("(missing)")
                                + ". Is a cell missing or one too many? Mend the line; to leave such lines out set"
                                + " data.options.mode: DROPMALFORMED.",
                        chain.get(0)));
    }

    private static Optional<LockstepException> otherHeader(List<Throwable> chain) {
        return saying(chain, OTHER_HEADER)
                .map(cause -> new DataException(
                        file(chain) + "its header does not name the columns of the files beside it in their order."
                                + " Bring the files' columns into one order; where all headers are alike and only leave"
                                + " a column without a name, set data.options.enforceSchema: true.",
                        chain.get(0)));
    }

    private static Optional<LockstepException> unreadable(List<Throwable> chain) {
        return condition(chain, "FAILED_READ_FILE")
                .map(cause -> new DataException(
                        file(chain) + "cannot be read"
                                + words(((Throwable) cause).getCause())
                                        .map(words -> ": " + words)
                                        .orElse("")
                                + ". Is the file whole, and of the format that its name says?",
                        chain.get(0)));
    }

    /** Of a damaged file whose schema Spark reads, which it does without saying of which file. */
    private static Optional<LockstepException> damaged(List<Throwable> chain) {
        return chain.stream()
                .filter(cause -> cause instanceof RuntimeException
                        && Stream.of(cause.getStackTrace()).anyMatch(frame -> READER.matcher(frame.getClassName())
                                .find()))
                .findFirst()
                .map(cause -> new DataException(
                        "a file cannot be read"
                                + words(cause).map(words -> ": " + words).orElse("")
                                + ". Is each file whole, and of the format that its name says?",
                        chain.get(0)));
    }

    /** What the innermost cause that says anything says, as a part of a sentence: the name of a class tells nobody. */
    private static Optional<String> words(Throwable thrown) {
        return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .filter(cause ->
                        cause.getMessage() != null && !cause.getMessage().isBlank())
                .reduce((outer, inner) -> inner)
                .map(Faults::clause);
    }

    /** Of a file of libsvm with a greater index than the model, or the training set, has features. */
    private static Optional<LockstepException> beyondTheWidth(List<Throwable> chain) {
        return saying(chain, BEYOND_THE_WIDTH)
                .map(cause -> new DataException(
                        file(chain) + "a vector does not fit the model's features: " + reason(cause)
                                + " (counted from 0). Is it the file of another training set?",
                        chain.get(0)));
    }

    private static Optional<LockstepException> fullDisk(List<Throwable> chain) {
        return FULL_DISK.entrySet().stream()
                .filter(known -> saying(chain, known.getKey()).isPresent())
                .findFirst()
                .map(known -> new ConfigException(
                        known.getValue() + ": " + known.getKey()
                                + ". Make room, or have Spark keep its files on another disk:"
                                + " spark.local.dir, on a cluster SPARK_LOCAL_DIRS of the workers.",
                        chain.get(0)));
    }

    private static Optional<Throwable> saying(List<Throwable> chain, String words) {
        return chain.stream()
                .filter(cause ->
                        cause.getMessage() != null && cause.getMessage().contains(words))
                .findFirst();
    }

    private static Optional<LockstepException> endedByTheCluster(List<Throwable> chain) {
        return chain.stream()
                .filter(cause -> cause.getMessage() != null
                        && ENDED.matcher(cause.getMessage()).find())
                .findFirst()
                .map(cause -> new ClusterException(
                        "the cluster ended the application (" + clause(cause)
                                + "). Do its executors start and stay? Their logs, and this command's, have more;"
                                + " train --resume goes on from the last checkpoint.",
                        chain.get(0)));
    }

    private static Optional<SparkThrowable> condition(List<Throwable> chain, String prefix) {
        return chain.stream()
                .filter(SparkThrowable.class::isInstance)
                .map(SparkThrowable.class::cast)
                .filter(cause ->
                        cause.getCondition() != null && cause.getCondition().startsWith(prefix))
                .findFirst();
    }

    private static String file(List<Throwable> chain) {
        return condition(chain, "FAILED_READ_FILE")
                .map(cause -> cause.getMessageParameters().get("path"))
                .map(path -> path.substring(path.lastIndexOf('/') + 1) + ": ")
                .orElse("");
    }

    /** Why, in one sentence without a full stop: what the innermost cause says. */
    static String reason(Throwable thrown) {
        Throwable root = Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .reduce((outer, inner) -> inner)
                .orElse(thrown);
        return clause(root);
    }

    private static String clause(Throwable cause) {
        String sentence = sentence(cause);
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    private static String sentence(Throwable cause) {
        String message = cause.getMessage();
        if (message == null || message.isBlank()) {
            return cause.getClass().getSimpleName();
        }
        String first = message.strip().lines().findFirst().orElseThrow();
        String plain = STATE.matcher(CODE.matcher(first).replaceFirst("")).replaceFirst("");
        return plain.isBlank() ? cause.getClass().getSimpleName() : Reason.of(plain) + (plain.endsWith(".") ? "." : "");
    }
}
