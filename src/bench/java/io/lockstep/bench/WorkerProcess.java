package io.lockstep.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A {@link Worker} in its own JVM, seen from the JVM that gives the turns. */
final class WorkerProcess implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int SECONDS_TO_END = 5;

    private final Kind kind;
    private final Path log;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader replies;

    /** Starts the JVM. */
    WorkerProcess(Kind kind, Conditions conditions) throws IOException {
        this.kind = kind;
        this.log = Paths.target().resolve("bench-" + kind.name().toLowerCase(Locale.ROOT) + ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + conditions.heap());
        command.addAll(kind.options(conditions.cores(), conditions.openBlas()));
        command.add("-Dlockstep.project=" + Paths.project());
        command.add("-Dlog4j2.configurationFile="
                + Paths.project().resolve("conf/log4j2.properties").toUri());
        command.add("-Dlockstep.log=" + log);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(
                Worker.class.getName(),
                kind.name(),
                conditions.images().toString(),
                String.valueOf(conditions.cores())));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(new File(log + ".err"));
        kind.environment()
                .forEach((name, value) ->
                        value.ifPresentOrElse(v -> builder.environment().put(name, v), () -> builder.environment()
                                .remove(name)));
        this.process = builder.start();
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.replies = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The library that computes in it. */
    String describe() throws IOException {
        return ask(new Worker.Request("describe", null, null)).words();
    }

    void open(String id, Net net) throws IOException {
        ask(new Worker.Request("open", id, net));
    }

    Lap run(String id) throws IOException {
        return ask(new Worker.Request("run", id, null)).lap();
    }

    /** Closes its contenders. */
    void reset() throws IOException {
        ask(new Worker.Request("reset", null, null));
    }

    /** What its threads have computed so far. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private Worker.Reply ask(Worker.Request request) throws IOException {
        requests.write(JSON.writeValueAsString(request));
        requests.newLine();
        requests.flush();
        String line = replies.readLine();
        if (line == null) {
            throw new IOException("the JVM of " + kind + " ended; see " + log + " and " + log + ".err");
        }
        Worker.Reply reply = JSON.readValue(line, Worker.Reply.class);
        if (reply.error() != null) {
            throw new IOException(kind + ": " + reply.error() + "; see " + log + " and " + log + ".err");
        }
        return reply;
    }

    @Override
    public void close() throws IOException {
        requests.close();
        try {
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
