package io.lockstep.config;

import java.util.Collection;
import java.util.Optional;

/** How messages tell which names there are. */
final class Choices {
    private Choices() {}

    static String list(Collection<String> names) {
        return String.join(", ", names);
    }

    /** {@code " Did you mean "adam"?"}, or nothing if no name is near. */
    static String hint(String typed, Collection<String> names) {
        return nearest(typed, names)
                .map(name -> " Did you mean \"" + name + "\"?")
                .orElse("");
    }

    /** The name within a third of the typed length, at least 1, in edits; the first of several equally near ones. */
    static Optional<String> nearest(String typed, Collection<String> names) {
        String nearest = "";
        int least = Math.max(1, typed.length() / 3) + 1;
        for (String name : names) {
            // a difference in length is a lower bound; it keeps a huge typed text from a huge table
            if (Math.abs(name.length() - typed.length()) < least) {
                int distance = distance(typed, name);
                if (distance < least) {
                    least = distance;
                    nearest = name;
                }
            }
        }
        return nearest.isEmpty() ? Optional.empty() : Optional.of(nearest);
    }

    /**
     * The fewest insertions, deletions, substitutions and swaps of neighbours that turn {@code a} into {@code b}
     * (Damerau-Levenshtein, no part edited twice).
     */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int substitution = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + substitution);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
