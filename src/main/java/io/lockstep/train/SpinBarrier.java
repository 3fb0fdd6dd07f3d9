package io.lockstep.train;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the threads of a group go on when all have come. They spin before they park: a step lasts a millisecond, and
 * waking a parked thread costs 50 µs. Where there are more threads than processors nobody spins for long.
 */
final class SpinBarrier {
    private static final int SPINS = 20_000;
    private static final long PARK_NANOS = 50_000;

    private final int parties;
    private final int spins;
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile int phase;
    private volatile Throwable failure;

    SpinBarrier(int parties) {
        this.parties = parties;
        this.spins = parties <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
    }

    /**
     * Waits for the others; what they wrote before they came is visible after.
     *
     * @throws IllegalStateException if one of them {@linkplain #fail failed}, or this thread is interrupted
     */
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
                Thread.onSpinWait();
            } else {
                if (Thread.interrupted()) {
                    IllegalStateException interruption = new IllegalStateException("the task was interrupted");
                    fail(interruption);
                    throw interruption;
                }
                LockSupport.parkNanos(PARK_NANOS);
            }
        }
        requireWhole();
    }

    /** Sets the others free, with an error: this thread will not come again. */
    void fail(Throwable cause) {
        failure = cause;
    }

    private void requireWhole() {
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException("another task of the barrier stage failed: " + cause.getMessage(), cause);
        }
    }
}
