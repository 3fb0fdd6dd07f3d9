package io.lockstep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.launcher.JavaModuleOptions;

/** The JVMs of a run. What one library sets for its process, no other shall inherit. */
enum Kind {
    /** Lockstep's barrier form, and the machine's limits, on the same BLAS. */
    LOCKSTEP,
    /** Lockstep's barrier form once more: its stage holds all slots, also when it is not its turn. */
    LOCKSTEP_TANH,
    /** Lockstep's driver form, and the floor of Spark that it is held against. */
    LOCKSTEP_DRIVER,
    TORCH,
    /** MLlib where no native BLAS is installed, on its jars as they are resolved. */
    MLLIB_JAVA,
    /** The same with the Vector API, whose module Spark's own launcher adds: netlib's Java code is faster with it. */
    MLLIB_VECTOR,
    /** MLlib on an OpenBLAS. */
    MLLIB_OPENBLAS;

    private static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";
    private static final String BLAS_PATH = "-Ddev.ludovic.netlib.blas.nativeLibPath=";
    /** netlib would find one that the system has, and then it would be the other contender that is measured. */
    private static final String NO_BLAS = BLAS_PATH + "/no/native/blas";

    /** The JVM that {@code name} lives in. */
    static Kind of(String name) {
        return switch (name) {
            case Names.BARRIER_TANH -> LOCKSTEP_TANH;
            case Names.DRIVER, Names.FLOOR -> LOCKSTEP_DRIVER;
            case Names.PYTORCH -> TORCH;
            case Names.MLLIB -> MLLIB_JAVA;
            case Names.MLLIB_VECTOR -> MLLIB_VECTOR;
            case Names.MLLIB_OPENBLAS -> MLLIB_OPENBLAS;
            default -> LOCKSTEP;
        };
    }

    /** Whether it is Lockstep's own code that a contender runs here. */
    boolean isLockstep() {
        return this == LOCKSTEP || this == LOCKSTEP_TANH || this == LOCKSTEP_DRIVER;
    }

    /** The JVM's options but for its heap. */
    List<String> options(int cores, String openBlas) {
        List<String> options = new ArrayList<>(List.of(JavaModuleOptions.defaultModuleOptionArray()));
        switch (this) {
            // as in scripts/lockstep
            case LOCKSTEP, LOCKSTEP_TANH, LOCKSTEP_DRIVER -> options.remove(VECTOR_MODULE);
            case TORCH -> {
                options.add("-Dai.djl.offline=true");
                options.add("-Dai.djl.pytorch.num_threads=" + cores);
                options.add("-Dai.djl.pytorch.num_interop_threads=1");
                options.add("-DDJL_CACHE_DIR=" + Paths.target().resolve("djl"));
            }
            case MLLIB_JAVA -> {
                options.remove(VECTOR_MODULE);
                options.add(NO_BLAS);
            }
            case MLLIB_VECTOR -> options.add(NO_BLAS);
            case MLLIB_OPENBLAS -> options.add(BLAS_PATH + openBlas);
        }
        return options;
    }

    /** What differs from the environment of the bench. */
    Map<String, Optional<String>> environment() {
        // PyTorch's threads are OpenMP's
        return this == TORCH
                ? Map.of("OMP_NUM_THREADS", Optional.empty(), "OPENBLAS_NUM_THREADS", Optional.empty())
                : Map.of("OPENBLAS_NUM_THREADS", Optional.of("1"));
    }
}
