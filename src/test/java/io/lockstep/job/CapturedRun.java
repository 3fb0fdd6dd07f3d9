package io.lockstep.job;

import io.lockstep.testing.TestSpark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command answered: its exit code and what it wrote to standard error. */
record CapturedRun(int code, String err) {

    /** Runs a command in this JVM, on the session of the tests. */
    static CapturedRun of(String... arguments) {
        TestSpark.session();
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        try (PrintStream stream = new PrintStream(captured, true, StandardCharsets.UTF_8);
                PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)) {
            System.setErr(stream);
            System.setOut(nowhere);
            int code = Lockstep.run(arguments);
            stream.flush();
            return new CapturedRun(code, captured.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(err);
            System.setOut(out);
        }
    }
}
