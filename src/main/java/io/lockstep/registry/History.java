package io.lockstep.registry;

import io.lockstep.error.DataException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code CURRENT} says: a line for each change of champion, the last one first, {@code 000007 2026-11-22T02:00:00Z
 * retrain}. So the first word of the file is the champion, to scripts as well, and pointer and history cannot disagree.
 *
 * @param changes the last one first
 */
record History(List<Change> changes) {
    static final History EMPTY = new History(List.of());

    private static final Pattern LINE = Pattern.compile("(\\d{6,9}) (\\S+) ([a-z]+)");

    /** How a version became champion. */
    enum Event {
        /** A retraining judged it better, or found none before it. */
        RETRAIN,
        /** Somebody said so. */
        PROMOTE,
        /** Somebody took back the change before. */
        ROLLBACK;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A change of champion. */
    record Change(Version version, Instant at, Event event) {
        private String line() {
            return version + " " + at + " " + event.text();
        }
    }

    History {
        changes = List.copyOf(changes);
    }

    /**
     * The history in {@code text}.
     *
     * @param file its name, for messages
     * @throws DataException if that is none
     */
    static History parse(String text, String file) {
        List<Change> changes = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (!line.isBlank()) {
                changes.add(change(line.strip(), file));
            }
        }
        if (changes.isEmpty()) {
            throw damaged(file, text);
        }
        return new History(changes);
    }

    private static Change change(String line, String file) {
        Matcher parts = LINE.matcher(line);
        if (parts.matches()) {
            for (Event event : Event.values()) {
                if (event.text().equals(parts.group(3))) {
                    try {
                        return new Change(
                                Version.parse(parts.group(1)).orElseThrow(() -> damaged(file, line)),
                                Instant.parse(parts.group(2)),
                                event);
                    } catch (DateTimeParseException e) {
                        throw damaged(file, line);
                    }
                }
            }
        }
        throw damaged(file, line);
    }

    private static DataException damaged(String file, String line) {
        return new DataException(file + ": expected lines such as \"000007 2026-11-22T02:00:00Z retrain\", found \""
                + line + "\": it is damaged. Write the champion's line there, or delete the file and promote a version"
                + " (lockstep registry promote).");
    }

    String text() {
        StringBuilder text = new StringBuilder();
        changes.forEach(change -> text.append(change.line()).append('\n'));
        return text.toString();
    }

    /** This history, with {@code version} as champion from {@code at} on. */
    History with(Version version, Instant at, Event event) {
        List<Change> longer = new ArrayList<>();
        longer.add(new Change(version, at.truncatedTo(ChronoUnit.SECONDS), event));
        longer.addAll(changes);
        return new History(longer);
    }

    Optional<Version> champion() {
        return changes.stream().findFirst().map(Change::version);
    }

    /** The champion before the present one, when each rollback has taken back the change before it. */
    Optional<Version> before() {
        return stack().stream().skip(1).findFirst();
    }

    /** Champions that were not taken back, the present one first. */
    private Deque<Version> stack() {
        Deque<Version> stack = new ArrayDeque<>();
        List<Change> forward = new ArrayList<>(changes);
        Collections.reverse(forward);
        for (Change change : forward) {
            if (change.event() == Event.ROLLBACK) {
                while (!stack.isEmpty() && !stack.peek().equals(change.version())) {
                    stack.pop();
                }
            }
            if (!change.version().equals(stack.peek())) {
                stack.push(change.version());
            }
        }
        return stack;
    }

    /** Whether {@code version} was ever champion. */
    boolean knows(Version version) {
        return changes.stream().anyMatch(change -> change.version().equals(version));
    }
}
