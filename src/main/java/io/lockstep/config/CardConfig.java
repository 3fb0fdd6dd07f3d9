package io.lockstep.config;

import java.io.Serializable;
import java.util.Optional;

/**
 * What the model card says that no data can tell. What is left out the card leaves out, or says that nobody wrote it.
 *
 * @param intendedUse what the model is for, and for whom
 * @param outOfScope what it must not be used for
 * @param limits what its users should know that the metrics do not show
 * @param ethics whom its mistakes can harm, and what is done about it
 * @param license of the model
 * @param contact whom to ask
 */
public record CardConfig(
        Optional<String> intendedUse,
        Optional<String> outOfScope,
        Optional<String> limits,
        Optional<String> ethics,
        Optional<String> license,
        Optional<String> contact)
        implements Serializable {

    private Object writeReplace() {
        return SerialForm.of(this);
    }
}
