package io.lockstep.train;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How θ and the optimizer's state come from the driver to the tasks of a stride, and back. Where they share one JVM,
 * nothing is copied into bytes and out of them: for a small net that would take longer than many steps.
 */
sealed interface Handover extends Serializable, AutoCloseable {

    /** The state at the stride's start; the tasks' own. */
    TrainingState start();

    /** Gives a task's outcome back: what is to go through Spark's results. */
    List<Outcome> deliver(Outcome outcome);

    /** On the driver: all outcomes, those that went through Spark's results among them. */
    List<Outcome> collected(List<Outcome> results);

    @Override
    void close();

    /**
     * What a task leaves.
     *
     * @param from first element of θ of which it brings the new values
     * @param theta θ[from..]; empty but for one task of each executor
     * @param state the optimizer's state there
     * @param taken steps; only the first rank is sure to know
     * @param losses Σ L of each step, from the first rank; else empty
     * @param nanos compute, wait, exchange, optimizer
     */
    @SuppressWarnings("ArrayRecordComponent") // carries them home, and no one compares it
    record Outcome(int from, float[] theta, float[][] state, int taken, double[] losses, long[] nanos)
            implements Serializable {}

    /** By the driver's way to its executors: memory in one JVM, else Spark's broadcast and results. */
    static Handover of(JavaSparkContext spark, TrainingState state) {
        return spark.sc().isLocal() ? Shared.open(state) : new Sent(spark.broadcast(state));
    }

    /** Through the JVM's memory. */
    record Shared(UUID id) implements Handover {
        private static final Map<UUID, Desk> DESKS = new ConcurrentHashMap<>();

        private record Desk(TrainingState state, ConcurrentLinkedQueue<Outcome> outcomes) {}

        static Shared open(TrainingState state) {
            Shared shared = new Shared(UUID.randomUUID());
            DESKS.put(shared.id, new Desk(state, new ConcurrentLinkedQueue<>()));
            return shared;
        }

        @Override
        public TrainingState start() {
            return DESKS.get(id).state().copy();
        }

        @Override
        public List<Outcome> deliver(Outcome outcome) {
            DESKS.get(id).outcomes().add(outcome);
            return List.of();
        }

        @Override
        public List<Outcome> collected(List<Outcome> results) {
            return List.copyOf(DESKS.get(id).outcomes());
        }

        @Override
        public void close() {
            DESKS.remove(id);
        }
    }

    /** Through the network. */
    record Sent(Broadcast<TrainingState> state) implements Handover {
        @Override
        public TrainingState start() {
            // the broadcast value is shared by all tasks of the JVM, and a stage may run again
            return state.value().copy();
        }

        @Override
        public List<Outcome> deliver(Outcome outcome) {
            return List.of(outcome);
        }

        @Override
        public List<Outcome> collected(List<Outcome> results) {
            return results;
        }

        @Override
        public void close() {
            state.destroy();
        }
    }
}
