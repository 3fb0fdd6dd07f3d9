package io.lockstep.error;

/** The data cannot be read or trained on. */
public final class DataException extends LockstepException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public ExitCode exitCode() {
        return ExitCode.DATA;
    }
}
