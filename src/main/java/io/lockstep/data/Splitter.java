package io.lockstep.data;

import io.lockstep.config.DataConfig;
import io.lockstep.config.Split;
import java.io.Serializable;

/**
 * Deals examples to train, train_dev, dev and test by the hash of their key: an example's place depends on nothing but its key, so
 * it stays as the data grows, and duplicates stay together.
 */
public final class Splitter implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Hashes in [0, 1) below it are train. */
    private final double trainEnd;

    /** Hashes in [0, 1) from {@code trainEnd} and below it are train_dev. */
    private final double trainDevEnd;

    /** Hashes in [0, 1) from {@code trainDevEnd} and below it are dev. */
    private final double devEnd;

    private Splitter(double trainEnd, double trainDevEnd, double devEnd) {
        this.trainEnd = trainEnd;
        this.trainDevEnd = trainDevEnd;
        this.devEnd = devEnd;
    }

    /** Deals by these fractions, whose sum need not be 1. */
    public static Splitter byFractions(double train, double dev, double test) {
        double sum = train + dev + test;
        // without a test share the last border must be exactly 1, whatever rounding makes of train + dev
        double devEnd = test == 0 ? 1 : (train + dev) / sum;
        double trainEnd = dev == 0 && test == 0 ? 1 : train / sum;
        return new Splitter(trainEnd, trainEnd, devEnd);
    }

    /** With this fraction of what is train set aside as train_dev; more of it leaves fewer of the same rows in train. */
    public Splitter settingAside(double fraction) {
        return new Splitter(trainEnd * (1 - fraction), trainDevEnd, devEnd);
    }

    /** Deals a config's training file to the roles that have no file of their own. */
    static Splitter ofTrainingFile(DataConfig data) {
        Split split = data.split();
        return byFractions(
                        split.train(),
                        data.dev().isPresent() ? 0 : split.dev(),
                        data.test().isPresent() ? 0 : split.test())
                .settingAside(split.trainDev());
    }

    /** Gives everything to one role. */
    public static Splitter all(DataRole role) {
        return switch (role) {
            case TRAIN -> new Splitter(1, 1, 1);
            case TRAIN_DEV -> new Splitter(0, 1, 1);
            case DEV -> new Splitter(0, 0, 1);
            case TEST -> new Splitter(0, 0, 0);
        };
    }

    /** This, with the key that is hashed. */
    SplitRule rule(KeyHash key) {
        return new SplitRule(key.name(), trainEnd, devEnd);
    }

    /** The role of the example with this key hash. */
    public DataRole role(long keyHash) {
        double position = (keyHash >>> 11) * 0x1.0p-53;
        if (position < trainEnd) {
            return DataRole.TRAIN;
        }
        if (position < trainDevEnd) {
            return DataRole.TRAIN_DEV;
        }
        return position < devEnd ? DataRole.DEV : DataRole.TEST;
    }
}
