package io.lockstep.config;

import io.lockstep.error.ConfigException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is wrong with a config, collected so that a user can mend it all in one go. */
final class Mistakes {
    private final List<Mistake> found = new ArrayList<>();
    private final Set<String> paths = new HashSet<>();

    private record Mistake(Place place, String path, String message) {
        @Override
        public String toString() {
            return place.label() + "  " + (path.isEmpty() ? "" : Found.shorten(path) + ": ") + message;
        }
    }

    void add(Place place, String path, String message) {
        found.add(new Mistake(place, path, message));
        paths.add(path);
    }

    /** Whether the key itself is known to be wrong, so that nobody need judge its value again. */
    boolean at(String path) {
        return paths.contains(path);
    }

    /** Whether the key or anything under or above it is wrong, so that its value is only a stand-in. */
    boolean touch(String path) {
        return paths.stream().anyMatch(wrong -> covers(wrong, path) || covers(path, wrong));
    }

    private static boolean covers(String outer, String inner) {
        return inner.startsWith(outer)
                && (inner.length() == outer.length() || ".[".indexOf(inner.charAt(outer.length())) >= 0);
    }

    /** For a mistake after which the rest cannot be read. */
    ConfigException fatal(Place place, String path, String message) {
        add(place, path, message);
        return exception();
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw exception();
        }
    }

    private ConfigException exception() {
        return new ConfigException(found.stream()
                .sorted(Comparator.comparingInt(mistake -> mistake.place().order()))
                .map(Mistake::toString)
                .collect(Collectors.joining("\n")));
    }
}
