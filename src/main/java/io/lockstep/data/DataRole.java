package io.lockstep.data;

import java.util.Locale;

/** What a set of examples is for. */
public enum DataRole {
    TRAIN(0),
    DEV(1),
    TEST(2);

    private final int index;

    DataRole(int index) {
        this.index = index;
    }

    /** 0, 1, 2: the place of its partitions among those of all roles. */
    int index() {
        return index;
    }

    /** The name in configs, metrics and messages. */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
