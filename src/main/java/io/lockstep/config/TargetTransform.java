package io.lockstep.config;

/** In which form a regression learns its target; metrics stay in the target's own units. */
public enum TargetTransform implements Named {
    /** As it is. */
    NONE,
    /** (y − μ)/σ with the training set's μ and population σ. */
    STANDARD,
    /** ln y, for targets above zero. */
    LOG
}
