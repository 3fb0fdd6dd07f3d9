package io.lockstep.error;

/** The process exit codes that schedulers read; their numbers are part of the contract with users. */
public enum ExitCode {
    DONE(0),
    INTERNAL_FAULT(1),
    CONFIG(2),
    DATA(3),
    DIVERGED(4),
    /** A retraining ended, and its model is not better: the champion is kept. */
    KEPT(10);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
