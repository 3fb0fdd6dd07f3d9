package io.lockstep.error;

/** The cluster is not there, or has ended the application. Neither the config nor the data are at fault. */
public final class ClusterException extends LockstepException {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public ExitCode exitCode() {
        return ExitCode.INTERNAL_FAULT;
    }
}
