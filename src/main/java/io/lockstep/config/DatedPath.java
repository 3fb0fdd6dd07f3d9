package io.lockstep.config;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Paths that name days: {@code {date}} is the day that a run is for, {@code {date-1}} the day before it,
 * {@code {date-7..date-1}} the seven days before it (a glob: days without files are no mistake as long as one has some), and
 * {@code {date:yyyy/MM/dd}} a day in another form than {@code 2026-11-22}, in the letters of {@link DateTimeFormatter}.
 */
final class DatedPath {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{date((?:[-+.:][^{}]*)?)}");
    private static final Pattern DAYS =
            Pattern.compile("([+-]\\d{1,4})?(?:\\.\\.date([+-]\\d{1,4})?())?(?::(.+))?", Pattern.DOTALL);

    /** Each is a pattern that a file system is asked for. */
    private static final int MOST_DAYS = 1000;

    private static final String EXPECTED =
            "expected {date}, {date-1}, {date-7..date} or one of them with a form of the day, {date:yyyy/MM/dd}, found \"";

    private DatedPath() {}

    /** What is wrong with a placeholder of {@code path}, if there is anything. */
    static Optional<String> mistake(String path) {
        try {
            // years, months and days as short and as long as they come
            at(path, LocalDate.of(2026, 11, 22));
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * The path on {@code date}.
     *
     * @throws IllegalArgumentException if a placeholder is none
     */
    static String at(String path, LocalDate date) {
        return PLACEHOLDER.matcher(path).replaceAll(found -> Matcher.quoteReplacement(days(found, date)));
    }

    private static String days(MatchResult placeholder, LocalDate date) {
        Matcher days = DAYS.matcher(placeholder.group(1));
        if (!days.matches()) {
            throw new IllegalArgumentException(EXPECTED + placeholder.group() + "\".");
        }
        int first = shift(days.group(1));
        int last = days.group(3) == null ? first : shift(days.group(2));
        if (last < first || last - first >= MOST_DAYS) {
            throw new IllegalArgumentException("expected at most " + MOST_DAYS
                    + " days from an earlier to a later one, such as {date-7..date-1}, found \"" + placeholder.group()
                    + "\".");
        }
        DateTimeFormatter form = form(days.group(4), placeholder.group());
        // a set: {date-7..date:yyyy-MM} names a month or two
        TreeSet<String> names = new TreeSet<>();
        for (int day = first; day <= last; day++) {
            try {
                names.add(form.format(date.plusDays(day)));
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "a day has nothing for one of the letters in \"" + placeholder.group()
                                + "\". Known are those of years, months and days, such as yyyy/MM/dd.",
                        e);
            }
        }
        return names.size() == 1 ? names.first() : "{" + String.join(",", names) + "}";
    }

    private static int shift(String written) {
        return written == null ? 0 : Integer.parseInt(written);
    }

    private static DateTimeFormatter form(String written, String placeholder) {
        try {
            return written == null
                    ? DateTimeFormatter.ISO_LOCAL_DATE
                    : DateTimeFormatter.ofPattern(written, Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + placeholder + "\" has letters that no day is written in. Expected such as yyyy/MM/dd.", e);
        }
    }
}
