package io.lockstep.job;

import io.lockstep.math.Blas;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.IVersionProvider;

/** Which builds of what compute: the bits of a model hold for one kind of CPU, one BLAS and one JVM. */
final class Versions implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"lockstep " + lockstep(), "Spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION()};
    }

    static String lockstep() {
        String version = Lockstep.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** For a model's lineage. */
    static Map<String, Object> lineage() {
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("lockstep", lockstep());
        versions.put("spark", org.apache.spark.package$.MODULE$.SPARK_VERSION());
        versions.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        versions.put("blas", Blas.description());
        versions.put("cpu", Cpu.name());
        versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return versions;
    }
}
