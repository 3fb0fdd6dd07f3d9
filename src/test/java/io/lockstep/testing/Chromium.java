package io.lockstep.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven by its DevTools protocol over the JDK's own web socket: the browser libraries
 * bring or download drivers of some 100 MB.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">Chrome DevTools Protocol</a>
 */
public final class Chromium implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECONDS = 60;
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");

    private final Process process;
    private final WebSocket socket;
    private final String session;
    private final AtomicInteger calls;
    private final Map<Integer, CompletableFuture<JsonNode>> answers;
    private final List<JsonNode> events;
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    /** What a browser shows itself to a page as. */
    public enum Scheme {
        LIGHT,
        DARK
    }

    /** Where Chromium is, as far as the PATH tells. */
    public static Optional<Path> binary() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(name -> Arrays.stream(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts {@code binary}.
     *
     * @param profile an empty folder for the browser's own files
     */
    public Chromium(Path binary, Path profile) {
        this.calls = new AtomicInteger();
        this.answers = new ConcurrentHashMap<>();
        this.events = new CopyOnWriteArrayList<>();
        try {
            this.process = new ProcessBuilder(
                            binary.toString(),
                            "--headless=new",
                            // containers run tests as root, which Chromium's sandbox refuses
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--disable-background-networking",
                            "--no-first-run",
                            "--hide-scrollbars",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            this.socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create(address()), new Messages())
                    .get(SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Chromium's DevTools cannot be reached", e);
        }
        String target = call("", "Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        this.session = call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        List.of("Page.enable", "Runtime.enable", "Log.enable", "Network.enable")
                .forEach(method -> call(session, method, Map.of()));
    }

    private String address() throws IOException {
        StringBuilder said = new StringBuilder();
        // not closed: Chromium goes on writing there, and would block or die
        BufferedReader lines = process.errorReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                Thread drain = new Thread(() -> lines.lines().forEach(rest -> {}), "chromium-stderr");
                drain.setDaemon(true);
                drain.start();
                return matcher.group(1);
            }
            said.append(line).append('\n');
        }
        throw new IOException("Chromium ended: " + said);
    }

    /** Opens {@code page} in a window of that size and waits until it has loaded; events of pages before are forgotten. */
    public void open(URI page, int width, int height, Scheme scheme) {
        call(
                session,
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
        scheme(scheme);
        events.clear();
        loaded = new CompletableFuture<>();
        call(session, "Page.navigate", Map.of("url", page.toString()));
        await(loaded);
    }

    /** Light or dark, also of the page that is open. */
    public void scheme(Scheme scheme) {
        call(
                session,
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of(
                                "name", "prefers-color-scheme", "value", scheme == Scheme.DARK ? "dark" : "light"))));
    }

    /** The value of a JavaScript expression. */
    public JsonNode evaluate(String expression) {
        JsonNode answer = call(
                session,
                "Runtime.evaluate",
                Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** What went wrong in the page so far: errors and warnings of the console, and what the browser refused. */
    public List<String> troubles() {
        // what is on its way comes before the answer to a question that is asked now
        evaluate("0");
        return events.stream().flatMap(Chromium::trouble).toList();
    }

    private static Stream<String> trouble(JsonNode event) {
        JsonNode params = event.path("params");
        return switch (event.path("method").asText()) {
            case "Runtime.exceptionThrown" -> Stream.of(params.toString());
            case "Runtime.consoleAPICalled" ->
                List.of("error", "warning", "assert")
                                .contains(params.path("type").asText())
                        ? Stream.of(params.toString())
                        : Stream.of();
            case "Log.entryAdded" ->
                List.of("error", "warning")
                                .contains(params.path("entry").path("level").asText())
                        ? Stream.of(params.toString())
                        : Stream.of();
            default -> Stream.of();
        };
    }

    /** The addresses that the page asked for, but those that hold their data themselves. */
    public List<String> requests() {
        evaluate("0");
        return events.stream()
                .filter(event -> event.path("method").asText().equals("Network.requestWillBeSent"))
                .map(event -> event.path("params").path("request").path("url").asText())
                .filter(url -> !url.startsWith("data:"))
                .toList();
    }

    /** A picture of the whole page, as png. */
    public byte[] picture() {
        JsonNode size = call(session, "Page.getLayoutMetrics", Map.of()).path("cssContentSize");
        return picture(0, 0, size.path("width").asInt(), size.path("height").asInt());
    }

    /** A picture of a part of the page, as png. */
    public byte[] picture(int x, int y, int width, int height) {
        JsonNode answer = call(
                session,
                "Page.captureScreenshot",
                Map.of(
                        "format",
                        "png",
                        "captureBeyondViewport",
                        true,
                        "clip",
                        Map.of("x", x, "y", y, "width", width, "height", height, "scale", 1)));
        return Base64.getDecoder().decode(answer.path("data").asText());
    }

    private JsonNode call(String ofSession, String method, Map<String, Object> params) {
        int id = calls.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(params));
        if (!ofSession.isEmpty()) {
            message.put("sessionId", ofSession);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        await(socket.sendText(message.toString(), true));
        JsonNode found = await(answer);
        if (found.has("error")) {
            throw new IllegalStateException(method + ": " + found.get("error"));
        }
        return found.path("result");
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Chromium does not answer", e);
        }
    }

    /** Ends the browser. */
    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        await(process.onExit());
    }

    /** Puts messages together, which come in parts, and hands them on. */
    private final class Messages implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            parts.append(part);
            if (last) {
                take(parts.toString());
                parts.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void take(String text) {
            try {
                JsonNode message = JSON.readTree(text);
                if (message.has("id")) {
                    answers.remove(message.get("id").intValue()).complete(message);
                } else {
                    events.add(message);
                    if (message.path("method").asText().equals("Page.loadEventFired")) {
                        loaded.complete(null);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
