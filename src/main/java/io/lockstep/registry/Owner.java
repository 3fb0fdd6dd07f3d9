package io.lockstep.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The process behind a claim.
 *
 * @param machine what tells the kernel and its numbering of processes from all others, so that a process of that number can
 *     be looked for; empty where nothing does
 * @param started when the process began, for numbers of processes come again
 * @param since when it claimed
 */
record Owner(String user, String host, long pid, String machine, Optional<Instant> started, Instant since) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** This process. */
    static Owner self() {
        return new Owner(
                System.getProperty("user.name"),
                hostName(),
                ProcessHandle.current().pid(),
                machineId(),
                ProcessHandle.current().info().startInstant(),
                Instant.now());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown host";
        }
    }

    /** Containers of one host have its boot id and process numbers of their own. */
    private static String machineId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip() + " "
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Whether it is certain that the process has ended: it ran on this machine, and does not now. */
    boolean hasEnded() {
        if (machine.isEmpty() || !machine.equals(machineId())) {
            return false;
        }
        Optional<ProcessHandle> running = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (running.isEmpty()) {
            return true;
        }
        Optional<Long> began = running.get().info().startInstant().map(Instant::toEpochMilli);
        return began.isPresent()
                && started.isPresent()
                && began.get() != started.get().toEpochMilli();
    }

    String json(boolean held) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("user", user);
        json.put("host", host);
        json.put("pid", pid);
        json.put("machine", machine);
        started.ifPresent(instant -> json.put("started", instant.toEpochMilli()));
        json.put("since", since.toEpochMilli());
        json.put("held", held);
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an owner that is no JSON", e);
        }
    }

    /** A claim as it was read. */
    record Claim(Owner owner, boolean held) {}

    /** The claim in {@code text}; empty where it is none, for instance because it is just being written. */
    static Optional<Claim> parse(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (json == null || !json.hasNonNull("pid")) {
                return Optional.empty();
            }
            Owner owner = new Owner(
                    json.path("user").asText(),
                    json.path("host").asText(),
                    json.path("pid").asLong(),
                    json.path("machine").asText(),
                    json.has("started")
                            ? Optional.of(
                                    Instant.ofEpochMilli(json.get("started").asLong()))
                            : Optional.empty(),
                    Instant.ofEpochMilli(json.path("since").asLong()));
            return Optional.of(new Claim(owner, json.path("held").asBoolean()));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Who it is, for a message. */
    String text() {
        return user + " on " + host + ", process " + pid;
    }
}
