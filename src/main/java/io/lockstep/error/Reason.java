package io.lockstep.error;

import java.util.regex.Pattern;

/** Other people's exceptions as a part of a sentence. */
public final class Reason {
    /** The name of a Java class before its message. */
    private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:Exception|Error): ");

    private Reason() {}

    /**
     * Why, in one line without a full stop: messages of HDFS bring the server's stack trace along, and the names of its
     * classes.
     */
    public static String of(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null || message.isBlank()) {
            return thrown.getClass().getSimpleName();
        }
        String line = CLASS.matcher(message.strip().lines().findFirst().orElseThrow())
                .replaceAll("")
                .strip();
        return Printable.line(line.endsWith(".") ? line.substring(0, line.length() - 1) : line);
    }
}
