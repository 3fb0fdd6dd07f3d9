package io.lockstep.error;

/** The config or the command line cannot be carried out. */
public final class ConfigException extends LockstepException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public ExitCode exitCode() {
        return ExitCode.CONFIG;
    }
}
