package io.lockstep.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.lockstep.config.YamlNode.Item;
import io.lockstep.config.YamlNode.Items;
import io.lockstep.config.YamlNode.Member;
import io.lockstep.config.YamlNode.Members;
import io.lockstep.config.YamlNode.Scalar;
import java.io.IOException;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * YAML text to {@link YamlNode}s. Of YAML it refuses what a config has no use for: anchors, aliases, tags and several
 * documents.
 */
final class YamlParser {
    private static final int DEEPEST = 50;
    private static final YAMLFactory YAML = new YAMLFactory();
    /** SnakeYAML's account of a syntax error: context and problem, each followed by its position. */
    private static final Pattern PROBLEM = Pattern.compile("([^\n]*)\n in [^\n]*, line (\\d+), column (\\d+):");

    private final String text;
    /** The text in code points, in which Jackson counts its offsets. */
    private final int[] characters;

    private final IntFunction<Place> places;
    private final Mistakes mistakes;
    private final YAMLParser tokens;

    private YamlParser(String text, IntFunction<Place> places, Mistakes mistakes, YAMLParser tokens) {
        this.text = text;
        this.characters = text.codePoints().toArray();
        this.places = places;
        this.mistakes = mistakes;
        this.tokens = tokens;
    }

    /**
     * The tree of {@code text}; empty if it holds no value.
     *
     * @param path of the whole text in the config
     * @param places from the line, counted from 1
     * @throws io.lockstep.error.ConfigException if it is not YAML
     */
    static Optional<YamlNode> parse(String text, String path, IntFunction<Place> places, Mistakes mistakes) {
        refuseUnprintable(text, places, mistakes);
        try (YAMLParser tokens = YAML.createParser(text)) {
            return new YamlParser(text, places, mistakes, tokens).document(path);
        } catch (IOException e) {
            throw mistakes.fatal(places.apply(1), path, "cannot be read as YAML.");
        }
    }

    private Optional<YamlNode> document(String path) {
        if (next() == null) {
            return Optional.empty();
        }
        YamlNode root = value(path, 0);
        if (next() != null) {
            throw mistakes.fatal(
                    place(), "", "a second YAML document starts here. Put one config in a file; remove the ---.");
        }
        return Optional.of(root);
    }

    private YamlNode value(String path, int depth) {
        refuseIndirection(path);
        if (depth > DEEPEST) {
            throw mistakes.fatal(place(), "", "maps and lists are nested deeper than " + DEEPEST + " levels.");
        }
        return switch (tokens.currentToken()) {
            case START_OBJECT -> map(path, depth);
            case START_ARRAY -> list(path, depth);
            default -> scalar();
        };
    }

    private Members map(String path, int depth) {
        Members map = new Members();
        while (next() == JsonToken.FIELD_NAME) {
            refuseIndirection(path);
            String key = currentText();
            Place place = place();
            String keyPath = join(path, key);
            next();
            YamlNode value = value(keyPath, depth + 1);
            Member first = map.members().putIfAbsent(key, new Member(place, value));
            if (first != null) {
                mistakes.add(
                        place,
                        keyPath,
                        "the key is there twice, first at " + first.place().label() + ". Keep one.");
            }
        }
        return map;
    }

    private Items list(String path, int depth) {
        Items list = new Items();
        while (next() != JsonToken.END_ARRAY) {
            Place place = place();
            list.items().add(new Item(place, value(path + "[" + list.items().size() + "]", depth + 1)));
        }
        return list;
    }

    private Scalar scalar() {
        return new Scalar(
                currentText(), "\"'|>".indexOf(firstCharacter()) >= 0 ? Scalar.Style.QUOTED : Scalar.Style.PLAIN);
    }

    private void refuseIndirection(String path) {
        String what =
                switch (firstCharacter()) {
                    case '&' -> "an anchor (&)";
                    case '*' -> "an alias (*)";
                    case '!' -> "a tag (!)";
                    default -> "";
                };
        if (!what.isEmpty()) {
            throw mistakes.fatal(
                    place(),
                    path,
                    what + " is not allowed in a config. Write the value itself, in quotes if it is text.");
        }
    }

    /** The character with which the current token starts in the text; the only trace of quotes that Jackson leaves. */
    private int firstCharacter() {
        long offset = tokens.currentTokenLocation().getCharOffset();
        return offset < characters.length ? characters[(int) offset] : ' ';
    }

    private Place place() {
        return places.apply(tokens.currentTokenLocation().getLineNr());
    }

    private String currentText() {
        try {
            return tokens.getText();
        } catch (IOException e) {
            throw notYaml(e);
        }
    }

    private JsonToken next() {
        try {
            return tokens.nextToken();
        } catch (IOException | RuntimeException e) {
            // the scanner lets some malformed escapes out as plain runtime exceptions
            throw notYaml(e);
        }
    }

    private RuntimeException notYaml(Exception e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : "";
        Matcher matcher = PROBLEM.matcher(message);
        String problem = "a token cannot be read";
        JsonLocation location = tokens.currentTokenLocation();
        int line = location.getLineNr();
        int column = location.getColumnNr();
        if (message.startsWith("Expected a field name")) {
            problem = "a key must be a plain name, not a list or a map";
        }
        while (matcher.find()) {
            problem = matcher.group(1).strip();
            line = Integer.parseInt(matcher.group(2));
            column = Integer.parseInt(matcher.group(3));
        }
        if (startsWithTab(line)) {
            return mistakes.fatal(
                    places.apply(line), "", "a tab indents this line. YAML allows only spaces there: replace the tab.");
        }
        return mistakes.fatal(
                places.apply(line), "", "not valid YAML at column " + column + ": " + Found.shorten(problem) + ".");
    }

    private boolean startsWithTab(int line) {
        return text.lines()
                .skip(line - 1L)
                .findFirst()
                .filter(content -> content.substring(
                                0, content.length() - content.stripLeading().length())
                        .contains("\t"))
                .isPresent();
    }

    private static void refuseUnprintable(String text, IntFunction<Place> places, Mistakes mistakes) {
        int line = 1;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int character = text.codePointAt(i);
            if (character == '\n') {
                line++;
            }
            if (!isPrintable(character)) {
                throw mistakes.fatal(
                        places.apply(line),
                        "",
                        String.format("the character U+%04X is not allowed in YAML. Remove it.", character));
            }
        }
    }

    /** YAML 1.1, production 1 (c-printable). */
    private static boolean isPrintable(int character) {
        return character == '\t'
                || character == '\n'
                || character == '\r'
                || character == 0x85
                || (character >= 0x20 && character <= 0x7E)
                || (character >= 0xA0 && character <= 0xD7FF)
                || (character >= 0xE000 && character <= 0xFFFD)
                || character >= 0x10000;
    }

    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
