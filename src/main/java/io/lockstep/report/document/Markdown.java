package io.lockstep.report.document;

import io.lockstep.error.Printable;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text and tables as Markdown (CommonMark with GitHub's tables) in which text stays text. */
final class Markdown {
    /** What begins emphasis, code, links, markup, cells, strikes, entities or formulas. */
    private static final Pattern SPECIAL = Pattern.compile("[\\\\`*_\\[\\]<>|~&#$]");
    /** What at the beginning of a line begins a list, a rule or a heading. */
    private static final Pattern FIRST = Pattern.compile("^(\\s*)([-+=](?![\\p{Alnum}.])|\\d+(?=[.)](\\s|$)))");

    private Markdown() {}

    /** {@code text} in one line. */
    static String text(String text) {
        return first(special(Printable.line(text)));
    }

    private static String special(String line) {
        return SPECIAL.matcher(line).replaceAll("\\\\$0");
    }

    private static String first(String line) {
        var matcher = FIRST.matcher(line);
        if (!matcher.find()) {
            return line;
        }
        String start = matcher.group(2);
        // a digit cannot be escaped, but the mark behind the number can
        return Character.isDigit(start.charAt(0))
                ? line.substring(0, matcher.end()) + "\\" + line.substring(matcher.end())
                : matcher.group(1) + "\\" + line.substring(matcher.end(1));
    }

    /** Paragraphs that a person wrote: empty lines part them, and a line that begins with a dash is a list's. */
    static String paragraphs(String text) {
        return text.strip()
                .lines()
                .map(String::strip)
                .map(line -> line.startsWith("- ") ? "- " + text(line.substring(2)) : text(line))
                .collect(Collectors.joining("\n"));
    }

    /** In a fence, which no line of {@code code} ends. */
    static String code(String language, String code) {
        return "```" + language + "\n" + Printable.lines(code).replace("```", "`\u200b``") + "\n```\n";
    }

    static String table(Block.Table table) {
        StringBuilder text = new StringBuilder("| ")
                .append(table.columns().stream()
                        .map(column -> text(column.title()))
                        .collect(Collectors.joining(" | ")))
                .append(" |\n|")
                .append(table.columns().stream()
                        .map(column -> column.align() == Block.Align.NUMBER ? "---:|" : "---|")
                        .collect(Collectors.joining()))
                .append('\n');
        table.rows().forEach(row -> text.append("| ").append(row(row)).append(" |\n"));
        return text.toString();
    }

    private static String row(List<Block.Cell> cells) {
        return cells.stream()
                .map(cell -> text(cell.text()) + (cell.note().isEmpty() ? "" : " (" + text(cell.note()) + ")"))
                .collect(Collectors.joining(" | "));
    }
}
