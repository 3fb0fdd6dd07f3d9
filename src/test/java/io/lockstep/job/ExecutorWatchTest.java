package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A command that gets no executors says so, now and then, and that they came. */
class ExecutorWatchTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final AtomicInteger executors = new AtomicInteger();
    private final ExecutorWatch watch = new ExecutorWatch(
            "spark://host:7077", executors::get, new PrintStream(printed, true, StandardCharsets.UTF_8));

    private String after(int seconds) {
        printed.reset();
        for (int i = 0; i < seconds; i++) {
            watch.look(1);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void waitingIsToldAfterSomeSecondsAndNowAndThenFromThenOn() {
        assertThat(after(14)).isEmpty();
        assertThat(after(1)).contains("waiting for an executor, for 15 s now", "spark://host:7077", "Ctrl-C");
        assertThat(after(119)).isEmpty();
        assertThat(after(1)).contains("for 135 s now");
    }

    @Test
    void theEndOfTheWaitIsToldWhereTheWaitWasAndTheNextIsTimedAnew() {
        executors.set(2);
        assertThat(after(100)).isEmpty();
        executors.set(0);
        assertThat(after(10)).isEmpty();
        executors.set(1);
        assertThat(after(10)).isEmpty();
        executors.set(0);
        assertThat(after(14)).isEmpty();
        assertThat(after(1)).contains("for 15 s now");
        executors.set(1);
        assertThat(after(5)).isEqualTo("lockstep: 1 executor came; going on." + System.lineSeparator());
        executors.set(0);
        assertThat(after(14)).isEmpty();
        assertThat(after(1)).contains("for 15 s now");
    }
}
