package io.lockstep.job;

import picocli.CommandLine.Option;

/** Options of every command. */
final class CommonOptions {
    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "The Spark master, e.g. local[2], spark://host:7077 or yarn. Default: local[*].")
    private String master;

    @Option(names = "--verbose", description = "Show stack traces of errors.")
    private boolean verbose;

    /** A command that has them. */
    interface Holder {
        CommonOptions common();
    }

    /** The master that was asked for; else the one that spark-submit set; else this machine's cores. */
    String master() {
        return master != null ? master : System.getProperty("spark.master", "local[*]");
    }

    boolean verbose() {
        return verbose;
    }
}
