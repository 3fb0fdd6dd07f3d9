package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpinBarrierTest {
    private static final int SECONDS = 60;

    private final ExecutorService threads = Executors.newFixedThreadPool(5);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void nobodyGoesOnBeforeAllHaveComeAndEachSeesWhatTheOthersWrote() throws Exception {
        int parties = 5;
        int rounds = 2000;
        SpinBarrier barrier = new SpinBarrier(parties);
        int[] written = new int[parties];
        List<Future<Long>> sums = new ArrayList<>();
        for (int p = 0; p < parties; p++) {
            int party = p;
            sums.add(threads.submit(() -> {
                long sum = 0;
                for (int round = 1; round <= rounds; round++) {
                    written[party] = round * (party + 1);
                    barrier.await();
                    for (int value : written) {
                        sum += value;
                    }
                    barrier.await();
                }
                return sum;
            }));
        }
        // each round has round·(1 + 2 + 3 + 4 + 5)
        long expected = 15L * rounds * (rounds + 1) / 2;
        for (Future<Long> sum : sums) {
            assertThat(sum.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(expected);
        }
    }

    @Test
    void aFailureSetsTheWaitingFree() {
        SpinBarrier barrier = new SpinBarrier(2);
        Future<?> waiting = threads.submit(barrier::await);
        barrier.fail(new IllegalArgumentException("no disk"));
        assertThatThrownBy(() -> waiting.get(SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("no disk")
                .hasStackTraceContaining("another task of the barrier stage failed: no disk");
    }

    @Test
    void whoIsInterruptedSetsTheOthersFree() {
        SpinBarrier barrier = new SpinBarrier(3);
        Future<?> first = threads.submit(barrier::await);
        Future<?> second = threads.submit(() -> {
            Thread.currentThread().interrupt();
            barrier.await();
        });
        assertThatThrownBy(() -> second.get(SECONDS, TimeUnit.SECONDS)).hasStackTraceContaining("interrupted");
        assertThatThrownBy(() -> first.get(SECONDS, TimeUnit.SECONDS)).hasStackTraceContaining("interrupted");
    }
}
