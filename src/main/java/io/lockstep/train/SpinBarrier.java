package io.lockstep.train;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets the threads of a group go on when all have come. They spin before they park: a step lasts a millisecond, and
 * waking a parked thread costs 50 µs. Where there are more threads than processors nobody spins for long.
 */
final class SpinBarrier {
    private static final int SPINS = 2_000;
    /** Who spins may stand on the processor that the thread he waits for wants: steps of 0.1 ms took 1 ms then. */
    private static final int SPINS_TO_YIELD = 64;

    private static final long PARK_NANOS = 50_000;

    private final int parties;
    private final int spins;
    private final BooleanSupplier cancelled;
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile int phase;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Threads that have their processors for themselves. */
    SpinBarrier(int parties) {
        this(parties, SPINS, () -> false);
    }

    private SpinBarrier(int parties, int spins, BooleanSupplier cancelled) {
        this.parties = parties;
        this.spins = parties <= Runtime.getRuntime().availableProcessors() ? spins : 0;
        this.cancelled = cancelled;
    }

    /** Tasks that use no processor but their own. */
    static SpinBarrier ofTasks(int parties, BooleanSupplier cancelled) {
        return new SpinBarrier(parties, SPINS, cancelled);
    }

    /** Tasks that wait for a network, whose threads want the processors meanwhile. */
    static SpinBarrier ofNetworkedTasks(int parties, BooleanSupplier cancelled) {
        return new SpinBarrier(parties, 0, cancelled);
    }

    /**
     * Waits for the others; what they wrote before they came is visible after.
     *
     * @throws IllegalStateException if one of them {@linkplain #fail failed}, or this thread is interrupted
     */
    @SuppressWarnings("ThreadPriorityCheck") // it is about speed alone
    void await() {
        int current = phase;
        if (arrived.incrementAndGet() == parties) {
            arrived.set(0);
            phase = current + 1;
            requireWhole();
            return;
        }
        for (int i = 0; phase == current; i++) {
            requireWhole();
            if (i < spins) {
                if (i % SPINS_TO_YIELD == SPINS_TO_YIELD - 1) {
                    Thread.yield();
                } else {
                    Thread.onSpinWait();
                }
            } else {
                requireNotCancelled();
                LockSupport.parkNanos(PARK_NANOS);
            }
        }
        requireWhole();
    }

    /** Sets the others free, with an error: this thread will not come again. */
    void fail(Throwable cause) {
        // what comes after the first is its echo
        failure.compareAndSet(null, cause);
    }

    /**
     * Looks whether the task is to go on.
     *
     * @throws IllegalStateException if it was interrupted or cancelled; the others are set free
     */
    void requireNotCancelled() {
        if (Thread.interrupted() || cancelled.getAsBoolean()) {
            IllegalStateException interruption = new IllegalStateException("the task was interrupted");
            fail(interruption);
            throw interruption;
        }
    }

    /**
     * Looks whether all still take part.
     *
     * @throws IllegalStateException if one {@linkplain #fail failed}
     */
    void requireWhole() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException(
                    "another task of the barrier stage failed: "
                            + Objects.requireNonNullElse(cause.getMessage(), cause.toString()),
                    cause);
        }
    }
}
