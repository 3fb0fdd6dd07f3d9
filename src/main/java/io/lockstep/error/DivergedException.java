package io.lockstep.error;

/** The training left the finite numbers. */
public final class DivergedException extends LockstepException {
    private static final long serialVersionUID = 1L;

    public DivergedException(String message) {
        super(message);
    }

    public DivergedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public ExitCode exitCode() {
        return ExitCode.DIVERGED;
    }
}
