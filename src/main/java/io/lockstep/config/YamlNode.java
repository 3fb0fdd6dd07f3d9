package io.lockstep.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A YAML value that remembers how it was written and where. */
sealed interface YamlNode {

    /** A value that is neither list nor map. What its text means depends on the key, so nothing is converted here. */
    record Scalar(String text, Style style) implements YamlNode {
        // not Double's own grammar, which knows 1d and 0x1p3, nor YAML 1.1's, in which 1e-3 is a text and 010 is 8
        private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9]*)");
        private static final Pattern NUMBER =
                Pattern.compile("[-+]?((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?");
        private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
        private static final Set<String> BOOLEANS = Set.of("true", "True", "TRUE", "false", "False", "FALSE");

        enum Style {
            PLAIN,
            QUOTED
        }

        boolean isNull() {
            return style == Style.PLAIN && NULLS.contains(text);
        }

        boolean isWhole() {
            return style == Style.PLAIN && WHOLE.matcher(text).matches();
        }

        boolean isNumber() {
            return style == Style.PLAIN && NUMBER.matcher(text).matches();
        }

        boolean isBoolean() {
            return style == Style.PLAIN && BOOLEANS.contains(text);
        }

        boolean isText() {
            return !isNull() && !isNumber() && !isBoolean();
        }
    }

    /** A list; each item knows its own place. */
    record Items(List<Item> items) implements YamlNode {
        Items() {
            this(new ArrayList<>());
        }
    }

    /** An item of a list. */
    record Item(Place place, YamlNode value) {}

    /** A map. */
    record Members(Map<String, Member> members) implements YamlNode {
        Members() {
            this(new LinkedHashMap<>());
        }

        Optional<Member> member(String key) {
            return Optional.ofNullable(members.get(key));
        }
    }

    /** A key of a map with its value; the place is the key's. */
    record Member(Place place, YamlNode value) {}

    static boolean isNull(YamlNode node) {
        return node instanceof Scalar scalar && scalar.isNull();
    }

    static boolean hasText(YamlNode node, String text) {
        return node instanceof Scalar scalar && scalar.text().equals(text);
    }
}
