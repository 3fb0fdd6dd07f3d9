package io.lockstep.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;

/** {@code scripts/bench evaluate}: starts {@link EvaluateRun} in a JVM of its own, with the options that Spark's JVMs get. */
final class EvaluateBench {

    private EvaluateBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + System.getProperty("lockstep.heap"));
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
        command.add("-Dlockstep.project=" + Paths.project());
        command.add("-Dlog4j2.configurationFile="
                + Paths.project().resolve("conf/log4j2.properties").toUri());
        command.add("-Dlockstep.log=" + Paths.target().resolve("bench-evaluate.log"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EvaluateRun.class.getName()));
        command.addAll(List.of(arguments));
        System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
