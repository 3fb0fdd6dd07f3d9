package io.lockstep.math;

/**
 * What random numbers are for. Streams of different purposes never share a number. The ids are part of what makes an
 * old seed give an old model: append, never renumber.
 */
public enum Purpose {
    INITIALIZATION(1),
    PERMUTATION(2),
    DROPOUT(3),
    AUGMENTATION(4),
    BOOTSTRAP(5);

    private final int id;

    Purpose(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }
}
