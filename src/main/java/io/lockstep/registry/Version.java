package io.lockstep.registry;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A version of a model.
 *
 * @param number from 1
 */
public record Version(int number) implements Comparable<Version> {
    private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");

    /** @throws IllegalArgumentException if {@code number} is below 1 */
    public Version {
        if (number < 1) {
            throw new IllegalArgumentException("versions are counted from 1, this is " + number);
        }
    }

    /** The version of that name: {@code 000007} or {@code 7}. */
    public static Optional<Version> parse(String name) {
        return Optional.of(name)
                .filter(text -> DIGITS.matcher(text).matches())
                .map(Integer::parseInt)
                .filter(number -> number > 0)
                .map(Version::new);
    }

    Version next() {
        return new Version(number + 1);
    }

    /** Its directory's name, such as {@code 000007}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%06d", number);
    }

    @Override
    public int compareTo(Version other) {
        return Integer.compare(number, other.number);
    }
}
