package io.lockstep.job;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command with the options of every command. */
abstract class SparkCommand implements Callable<Integer>, CommonOptions.Holder {
    @Mixin
    private CommonOptions common;

    @Override
    public final CommonOptions common() {
        return common;
    }
}
