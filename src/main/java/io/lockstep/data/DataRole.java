package io.lockstep.data;

import java.util.Locale;

/** What a set of examples is for. */
public enum DataRole {
    TRAIN(0),
    /** Of train's rows, but evaluated only. */
    TRAIN_DEV(1),
    DEV(2),
    TEST(3);

    private final int index;

    DataRole(int index) {
        this.index = index;
    }

    /** From 0: the place of its partitions among those of all roles. */
    int index() {
        return index;
    }

    /** The name in configs, metrics and messages. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
