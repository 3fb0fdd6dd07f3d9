package io.lockstep.error;

/**
 * A fault that the user can mend. Its message stands alone: what, where, what was expected, what was found, what to do.
 * Anything else that is thrown is a fault of Lockstep's own.
 */
public abstract class LockstepException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LockstepException(String message) {
        super(message);
    }

    LockstepException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The exit code of a process that ends with this fault. */
    public abstract ExitCode exitCode();
}
