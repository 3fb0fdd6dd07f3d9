package io.lockstep.bench;

import java.nio.file.Path;

/** Where things lie; {@code scripts/bench} says where the project is. */
final class Paths {
    private Paths() {}

    static Path project() {
        return Path.of(System.getProperty("lockstep.project", "")).toAbsolutePath();
    }

    static Path target() {
        return project().resolve("target");
    }
}
