package io.lockstep.config;

/** How messages show what the user wrote: on one line, and not longer than it takes to recognize it. */
final class Found {
    private static final int LONGEST = 80;

    private Found() {}

    static String describe(YamlNode node) {
        if (node instanceof YamlNode.Members) {
            return "a map";
        }
        if (node instanceof YamlNode.Items) {
            return "a list";
        }
        YamlNode.Scalar scalar = (YamlNode.Scalar) node;
        if (scalar.isNull()) {
            return "null";
        }
        return scalar.isText() ? quote(scalar.text()) : shorten(scalar.text());
    }

    static String quote(String text) {
        return '"' + shorten(text) + '"';
    }

    static String shorten(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .map(character -> breaksLines(character) ? ' ' : character)
                .forEach(line::appendCodePoint);
        return text.codePointCount(0, text.length()) > LONGEST ? line + "..." : line.toString();
    }

    private static boolean breaksLines(int character) {
        return Character.isISOControl(character) || character == 0x2028 || character == 0x2029;
    }
}
