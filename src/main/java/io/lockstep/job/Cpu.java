package io.lockstep.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The driver's CPU by name. */
final class Cpu {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    private Cpu() {}

    /** E.g. {@code AMD EPYC 9R14, family 25 model 17}; the architecture where the system does not tell more. */
    static String name() {
        try {
            String info = Files.readString(CPUINFO);
            return field(info, "model name") + ", family " + field(info, "cpu family") + " model "
                    + field(info, "model");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    private static String field(String info, String name) {
        return info.lines()
                .filter(line -> line.split(":", -1)[0].strip().equals(name))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
    }
}
