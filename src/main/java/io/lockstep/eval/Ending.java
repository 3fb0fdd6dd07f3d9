package io.lockstep.eval;

/** How a training ended. */
public enum Ending {
    /** Its last epoch was its best, so that more of them may be better still. */
    STILL_IMPROVING,
    /** Later epochs were no better than the one whose weights are kept. */
    SETTLED
}
