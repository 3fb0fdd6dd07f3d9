package io.lockstep.config;

/** How the tasks of a step synchronize. */
public enum SyncMode implements Named {
    /** The fastest that can run. */
    AUTO,
    /** A Spark job per step, parameters held by the driver. */
    DRIVER,
    /** A Spark stage per epoch whose tasks stay alive and step together. */
    BARRIER
}
