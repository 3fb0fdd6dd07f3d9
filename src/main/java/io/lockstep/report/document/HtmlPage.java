package io.lockstep.report.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.lockstep.error.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of one file: template, style, chart library, script and content. Its content security policy names the two scripts
 * by their hashes and allows no connection, so that text of others that got into the page as markup could not run and could
 * load nothing.
 */
final class HtmlPage {
    /** The webjar's; {@code pom.xml} has the version, and a test that it is this one. */
    static final String LIBRARY = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z]+)}}");

    private HtmlPage() {}

    /**
     * The page.
     *
     * @param content what {@code report.js} draws; control characters in its texts are shown by their codes
     */
    static String of(String title, String headline, JsonNode content) {
        String library = script(resource(LIBRARY));
        String script = script(resource("report.js"));
        String style = resource("report.css");
        String policy = "default-src 'none'; script-src '" + hash(library) + "' '" + hash(script) + "'; style-src '"
                + hash(style) + "'; img-src data:; base-uri 'none'; form-action 'none'";
        return fill(
                resource("report.html"),
                Map.of(
                        "policy", policy,
                        "title", text(title),
                        "headline", text(headline),
                        "style", style,
                        "content", json(printable(content)),
                        "library", library,
                        "script", script));
    }

    /** Each place once, so that a text that looks like a place stays what it is. */
    private static String fill(String template, Map<String, String> parts) {
        Matcher matcher = PLACE.matcher(template);
        StringBuilder page = new StringBuilder(1 << 18);
        while (matcher.find()) {
            matcher.appendReplacement(page, Matcher.quoteReplacement(parts.get(matcher.group(1))));
        }
        return matcher.appendTail(page).toString();
    }

    /** For an element's text or an attribute in double quotes. */
    static String text(String text) {
        return Printable.line(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** For a script element: no text can end it, begin a comment, or be another text to HTML than to JSON. */
    static String json(JsonNode content) {
        return content.toString()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static JsonNode printable(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(entry -> entry.setValue(printable(entry.getValue())));
            return object;
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, printable(array.get(i)));
            }
            return array;
        }
        return node.isTextual() ? TextNode.valueOf(Printable.lines(node.textValue())) : node;
    }

    /** A script that ends in its element, without the address of a source map, which a browser's tools would ask for. */
    private static String script(String source) {
        String script = source.replaceAll("(?m)^//# sourceMappingURL=.*$", "").strip();
        if (script.contains("</script") || script.contains("<!--")) {
            throw new IllegalStateException("a script that would end its element");
        }
        return script;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream stream = HtmlPage.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
