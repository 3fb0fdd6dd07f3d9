package io.lockstep.error;

import java.util.function.IntPredicate;

/**
 * Text of others (cells, file names, names in a model) that cannot do anything to a terminal or a log: control characters
 * and those that turn the direction of writing are shown by their code, as {@code \u001B}.
 */
public final class Printable {
    private Printable() {}

    /** {@code text} in one line. */
    public static String line(String text) {
        return escaped(text, Printable::isHarmful);
    }

    /** {@code text}, whose ends of lines are meant. */
    public static String lines(String text) {
        return escaped(text, character -> character != '\n' && isHarmful(character));
    }

    private static String escaped(String text, IntPredicate harmful) {
        if (text.codePoints().noneMatch(harmful)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(character -> {
            if (harmful.test(character)) {
                escaped.append(String.format(character > 0xFFFF ? "\\U%08X" : "\\u%04X", character));
            } else {
                escaped.appendCodePoint(character);
            }
        });
        return escaped.toString();
    }

    private static boolean isHarmful(int character) {
        return switch (Character.getType(character)) {
            // FORMAT holds the marks of bidirectional text, which can show one name as another
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
