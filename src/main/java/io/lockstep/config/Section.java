package io.lockstep.config;

import io.lockstep.config.YamlNode.Item;
import io.lockstep.config.YamlNode.Items;
import io.lockstep.config.YamlNode.Member;
import io.lockstep.config.YamlNode.Members;
import io.lockstep.config.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A map of the config while it is read, key by key. A reader asks for each key that the map may have, with the key's
 * default, and ends with {@link #finish()}, which refuses the keys that nobody asked for. A wrong value is reported and
 * replaced by the default, so that reading goes on to the next mistake.
 */
final class Section {
    /** The key under which a choice that has settings of its own keeps its name. */
    static final String NAME = "name";

    /** The keys that take {@code adam} for {@code { name: adam }}. */
    static final Set<String> TAKES_BARE_NAME = Set.of("optimizer", "schedule", "activation", "loss");

    private final Place place;
    private final String path;
    private final Members node;
    private final Mistakes mistakes;
    private final Set<String> known = new LinkedHashSet<>();

    Section(Place place, String path, Members node, Mistakes mistakes) {
        this.place = place;
        this.path = path;
        this.node = node;
        this.mistakes = mistakes;
    }

    Mistakes mistakes() {
        return mistakes;
    }

    String path(String key) {
        return YamlParser.join(path, key);
    }

    /** Whether the key stands there, be it as null. */
    boolean names(String key) {
        known.add(key);
        return node.member(key).isPresent();
    }

    /** The key's value; empty if it is left out, null or already reported. */
    Optional<YamlNode> value(String key) {
        known.add(key);
        return node.member(key)
                .map(Member::value)
                .filter(value -> !YamlNode.isNull(value))
                .filter(value -> !mistakes.at(path(key)));
    }

    double number(String key, double fallback, Range range) {
        return optionalNumber(key, range).orElse(fallback);
    }

    OptionalDouble optionalNumber(String key, Range range) {
        Optional<YamlNode> value = value(key);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (value.get() instanceof Scalar scalar && scalar.isNumber()) {
            double number = Double.parseDouble(scalar.text());
            if (range.contains(number)) {
                return OptionalDouble.of(number);
            }
        }
        wrong(key, range.expected());
        return OptionalDouble.empty();
    }

    int wholeNumber(String key, int fallback, int least) {
        return value(key).map(value -> wholeNumber(key, value, fallback, least)).orElse(fallback);
    }

    /** As {@link #wholeNumber(String, int, int)}, with a greatest number. */
    int wholeNumber(String key, int fallback, int least, int greatest) {
        Optional<YamlNode> value = value(key);
        Optional<Long> number = value.flatMap(Section::wholeNumber);
        if (number.isPresent() && number.get() >= least && number.get() <= greatest) {
            return number.get().intValue();
        }
        if (value.isPresent()) {
            wrong(key, "a whole number from " + least + " to " + greatest);
        }
        return fallback;
    }

    /** The keys that stand there, for a map whose keys are the user's names. */
    List<String> keys() {
        return List.copyOf(node.members().keySet());
    }

    /** As {@link #wholeNumber(String, int, int)}, for a key that has no default. */
    int requiredWholeNumber(String key, int standIn, int least) {
        require(key, "a whole number >= " + least);
        return wholeNumber(key, standIn, least);
    }

    private int wholeNumber(String key, YamlNode value, int fallback, int least) {
        Optional<Long> number = wholeNumber(value);
        if (number.isPresent() && number.get() >= least && number.get() <= Integer.MAX_VALUE) {
            return number.get().intValue();
        }
        boolean tooLarge = value instanceof Scalar scalar
                && scalar.isWhole()
                && number.map(n -> n > Integer.MAX_VALUE).orElse(!scalar.text().startsWith("-"));
        wrong(
                key,
                tooLarge ? "a whole number from " + least + " to " + Integer.MAX_VALUE : "a whole number >= " + least);
        return fallback;
    }

    long longNumber(String key, long fallback) {
        Optional<YamlNode> value = value(key);
        Optional<Long> number = value.flatMap(Section::wholeNumber);
        if (value.isPresent() && number.isEmpty()) {
            wrong(key, "a whole number from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE);
        }
        return number.orElse(fallback);
    }

    /** A whole number in the range of a long. */
    static Optional<Long> wholeNumber(YamlNode value) {
        if (value instanceof Scalar scalar && scalar.isWhole()) {
            try {
                return Optional.of(Long.parseLong(scalar.text()));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** @param expected with its article, e.g. {@code a column name} */
    Optional<String> text(String key, String expected) {
        return value(key).flatMap(value -> text(member(key).place(), path(key), value, expected));
    }

    /** As {@link #text}, of a path, which holds no password. */
    Optional<String> path(String key, String expected) {
        Optional<String> path = text(key, expected);
        if (path.filter(Credentials::inPath).isPresent()) {
            mistakes.add(member(key).place(), path(key), Credentials.PATH_REMEDY);
        }
        return path;
    }

    /** As {@link #path}, for a key that has no default. */
    String requiredPath(String key, String standIn, String expected) {
        require(key, expected);
        return path(key, expected).orElse(standIn);
    }

    /** As {@link #text}, for a key that has no default. */
    String requiredText(String key, String standIn, String expected) {
        require(key, expected);
        return text(key, expected).orElse(standIn);
    }

    void require(String key, String expected) {
        known.add(key);
        boolean missing =
                node.member(key).map(Member::value).map(YamlNode::isNull).orElse(true);
        if (missing && !mistakes.at(path(key)) && !mistakes.at(path)) {
            Place where = node.member(key).map(Member::place).orElse(place);
            mistakes.add(where, path(key), "the key is required and missing. Expected " + expected + ".");
        }
    }

    private Optional<String> text(Place where, String textPath, YamlNode value, String expected) {
        if (value instanceof Scalar scalar && scalar.isText() && !scalar.text().isBlank()) {
            return Optional.of(scalar.text());
        }
        String remedy = value instanceof Scalar scalar && (scalar.isNumber() || scalar.isBoolean())
                ? " Quote it if it is meant: \"" + Found.shorten(scalar.text()) + "\"."
                : "";
        mistakes.add(where, textPath, "expected " + expected + ", found " + Found.describe(value) + "." + remedy);
        return Optional.empty();
    }

    /** The names in a list without repetition; whatever is no name is reported and left out. */
    List<String> columns(String key, Items list) {
        Set<String> names = new LinkedHashSet<>();
        if (list.items().isEmpty()) {
            report(key, "expected a list of column names, found an empty list.");
        }
        int i = 0;
        for (Item item : list.items()) {
            String itemPath = path(key) + "[" + i++ + "]";
            text(item.place(), itemPath, item.value(), "a column name")
                    .filter(name -> !names.add(name))
                    .ifPresent(name -> mistakes.add(
                            item.place(), itemPath, "column " + Found.quote(name) + " is there twice. Keep one."));
        }
        return new ArrayList<>(names);
    }

    /** One of the constants, by its name in the config. */
    <T extends Enum<T>> T choice(String key, T[] constants, T fallback, Function<T, String> name) {
        return optionalChoice(key, constants, name).orElse(fallback);
    }

    <T extends Enum<T>> Optional<T> optionalChoice(String key, T[] constants, Function<T, String> name) {
        Map<String, T> byName = new LinkedHashMap<>();
        for (T constant : constants) {
            byName.put(name.apply(constant), constant);
        }
        return value(key)
                .flatMap(value -> nameAmong(key, key, value, byName.keySet()))
                .map(byName::get);
    }

    private Optional<String> nameAmong(String key, String what, YamlNode value, Collection<String> names) {
        if (!(value instanceof Scalar scalar)) {
            wrong(key, "one of " + Choices.list(names));
            return Optional.empty();
        }
        if (!names.contains(scalar.text())) {
            mistakes.add(
                    member(key).place(),
                    path(key),
                    "unknown " + what.replace('_', ' ') + " " + Found.quote(scalar.text()) + ". Known: "
                            + Choices.list(names) + "." + Choices.hint(scalar.text(), names));
            return Optional.empty();
        }
        return Optional.of(scalar.text());
    }

    /**
     * A choice with settings of its own: a bare name, or a map with the {@link #NAME} and the settings.
     *
     * @param defaultName the name in a map that has none
     * @param reader reads the settings from (name, section)
     */
    <T> T named(
            String key,
            Collection<String> names,
            String defaultName,
            T fallback,
            BiFunction<String, Section, T> reader) {
        Optional<YamlNode> value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        Optional<String> name;
        Section settings;
        if (value.get() instanceof Members map) {
            settings = new Section(member(key).place(), path(key), map, mistakes);
            Optional<YamlNode> written = settings.value(NAME);
            name = written.isEmpty() ? Optional.of(defaultName) : settings.nameAmong(NAME, key, written.get(), names);
        } else if (value.get() instanceof Scalar) {
            settings = new Section(member(key).place(), path(key), new Members(), mistakes);
            name = nameAmong(key, key, value.get(), names);
        } else {
            wrong(key, "a name or a map with a name");
            return fallback;
        }
        // without the name nobody can say which settings there are
        return name.map(known -> settings.read(section -> reader.apply(known, section)))
                .orElse(fallback);
    }

    /** The section under the key; an empty one if the key is left out or no map. */
    Section section(String key) {
        Optional<YamlNode> value = value(key);
        if (value.isPresent() && value.get() instanceof Members map) {
            return new Section(member(key).place(), path(key), map, mistakes);
        }
        if (value.isPresent()) {
            wrong(key, "a map");
        }
        return new Section(node.member(key).map(Member::place).orElse(place), path(key), new Members(), mistakes);
    }

    /** Reads with {@code reader}, then {@link #finish}es. */
    <T> T read(Function<Section, T> reader) {
        T result = reader.apply(this);
        finish();
        return result;
    }

    /** Refuses the keys that nobody asked for. */
    void finish() {
        node.members().forEach((key, member) -> {
            if (!known.contains(key) && !mistakes.at(path(key))) {
                mistakes.add(
                        member.place(),
                        path(key),
                        "unknown key. Known here: " + Choices.list(known) + "." + Choices.hint(key, known));
            }
        });
    }

    /** Reports that the key's value is not what was {@code expected}. */
    void wrong(String key, String expected) {
        Member member = member(key);
        boolean quotedNumber = member.value() instanceof Scalar scalar
                && expected.contains("number")
                && new Scalar(scalar.text(), Scalar.Style.PLAIN).isNumber()
                && !scalar.isNumber();
        mistakes.add(
                member.place(),
                path(key),
                "expected " + expected + ", found " + Found.describe(member.value()) + "."
                        + (quotedNumber ? " Remove the quotes." : ""));
    }

    void report(String key, String message) {
        mistakes.add(member(key).place(), path(key), message);
    }

    private Member member(String key) {
        return node.member(key).orElseGet(() -> new Member(place, new Members()));
    }
}
