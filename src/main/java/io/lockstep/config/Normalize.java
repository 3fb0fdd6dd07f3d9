package io.lockstep.config;

/** What happens to numeric features before the network sees them. */
public enum Normalize implements Named {
    /** (x − μ)/σ with the training set's μ and population σ. */
    STANDARD,
    /** Nothing. */
    NONE
}
