package io.lockstep.error;

import java.util.regex.Pattern;

/** Other people's exceptions as a part of a sentence. */
public final class Reason {
    /** The name of a Java class before its message. */
    private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z]\\w*\\.)+[A-Z]\\w*(?:Exception|Error): ");

    /** Objects that print as the name of their class and a number, and Jackson's account of a source that it hides. */
    private static final Pattern NOISE = Pattern.compile(
            "\\s*(?:Struct: )?(?:[a-z]\\w*\\.){2,}[\\w$]+@[0-9a-f]+" + "|\\s*\\(start marker at \\[Source: [^]]*]\\)");

    private Reason() {}

    /**
     * Why, in one line without a full stop: messages of HDFS bring the server's stack trace along, and the names of its
     * classes.
     */
    public static String of(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : of(message);
    }

    /** As {@link #of(Throwable)}, of a message that is not blank. */
    public static String of(String message) {
        String first = message.strip().lines().findFirst().orElseThrow();
        String line = NOISE.matcher(CLASS.matcher(first).replaceAll(""))
                .replaceAll("")
                .strip();
        return Printable.line(line.endsWith(".") ? line.substring(0, line.length() - 1) : line);
    }
}
