package io.lockstep.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;

/** JVMs of their own, started as Spark starts them, for measuring how much memory something takes. */
final class TrainingProcess {
    private TrainingProcess() {}

    /** Runs {@code main} to its end, and gives its exit code. */
    static int run(String heap, List<String> options, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
        command.addAll(options);
        command.add("-Dlog4j2.configurationFile="
                + Paths.project().resolve("conf/log4j2.properties").toUri());
        command.add("-Dlockstep.log=" + Paths.target().resolve("bench-large.log"));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
