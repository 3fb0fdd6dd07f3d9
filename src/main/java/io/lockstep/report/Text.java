package io.lockstep.report;

import java.util.ArrayList;
import java.util.List;

/** Sentences in lines of a terminal's width. */
public final class Text {
    private Text() {}

    /**
     * Breaks {@code text} at blanks, so that no line is longer than {@code width}; a word that is longer by itself is cut.
     *
     * @param indent before all lines but the first
     */
    public static List<String> wrap(String text, String indent, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        boolean empty = true;
        for (String whole : text.split(" ", -1)) {
            String word = whole;
            if (!empty && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(indent);
                empty = true;
            }
            while (line.length() + (empty ? 0 : 1) + word.length() > width) {
                int room = width - line.length();
                lines.add(line + word.substring(0, room));
                word = word.substring(room);
                line = new StringBuilder(indent);
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }
}
