package io.lockstep.job;

import io.lockstep.data.Sizes;
import io.lockstep.error.Reason;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkException;

/** Tells that memory ran out, of whom, and what helps. */
final class MemoryFault {
    private static final String ERROR = "java.lang.OutOfMemoryError";

    /** How a JVM of Spark ends that has run out of memory (SparkExitCode). */
    private static final String EXIT = "exited with code 52";

    private MemoryFault() {}

    /** What to say if that is behind {@code thrown}, in a command on {@code master}. */
    static Optional<String> in(Throwable thrown, String master) {
        List<Throwable> chain = Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .toList();
        boolean ranOut = chain.stream()
                .anyMatch(cause -> cause instanceof OutOfMemoryError
                        || String.valueOf(cause.getMessage()).contains(ERROR)
                        || String.valueOf(cause.getMessage()).contains(EXIT));
        if (!ranOut) {
            return Optional.empty();
        }
        String detail = chain.stream()
                .filter(OutOfMemoryError.class::isInstance)
                .findFirst()
                .map(error -> " (" + Reason.of(error) + ")")
                .orElse("");
        // what a task throws arrives in an exception of Spark's
        boolean executors = !master.startsWith("local") && chain.stream().anyMatch(SparkException.class::isInstance);
        return Optional.of(
                executors
                        ? "memory ran out on an executor" + detail + ", whose heap is "
                                + System.getProperty("spark.executor.memory", "1g")
                                + ". Give it more (--conf spark.executor.memory=4g), fewer cores"
                                + " (spark.executor.cores), or take a smaller network."
                        : "memory ran out in the driver" + detail + ", whose heap is "
                                + Sizes.of(Runtime.getRuntime().maxMemory())
                                + ". Give it more (LOCKSTEP_HEAP=4g), or take a smaller network"
                                + (master.startsWith("local") ? " or fewer cores (--master local[2])." : "."));
    }
}
