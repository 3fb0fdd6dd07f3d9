package io.lockstep.data;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Input and output where an interface has no room for its checked exception. */
final class Unchecked {
    private Unchecked() {}

    /** What may fail. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /** What may fail, for a result. */
    @FunctionalInterface
    interface Source<T> {
        T read() throws IOException;
    }

    /** Does it. */
    static void run(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its result. */
    static <T> T read(Source<T> source) {
        try {
            return source.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
