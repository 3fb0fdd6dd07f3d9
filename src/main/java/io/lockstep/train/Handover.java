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
 * How something comes from the driver to the tasks of a job, and how what they make of it comes back. Where they share
 * one JVM, nothing is copied into bytes and out of them: for a small net that would take longer than a step.
 *
 * @param <S> what is sent; shared by the tasks of a JVM, who must not change it
 * @param <R> what comes back
 */
sealed interface Handover<S extends Serializable, R extends Serializable> extends Serializable, AutoCloseable {

    /** What was sent; called by tasks. */
    S sent();

    /** Gives a task's result back: what is to go through Spark's results. */
    List<R> deliver(R result);

    /** On the driver: all results, those that went through Spark's among them, in any order. */
    List<R> collected(List<R> results);

    @Override
    void close();

    /** By the driver's way to its executors: memory in one JVM, else Spark's broadcast and results. */
    static <S extends Serializable, R extends Serializable> Handover<S, R> of(JavaSparkContext spark, S message) {
        return spark.sc().isLocal() ? Shared.open(message) : new Sent<>(spark.broadcast(message));
    }

    /** Through the JVM's memory. */
    record Shared<S extends Serializable, R extends Serializable>(UUID id) implements Handover<S, R> {
        private static final Map<UUID, Desk<?, ?>> DESKS = new ConcurrentHashMap<>();

        private record Desk<S, R>(S message, ConcurrentLinkedQueue<R> results) {}

        static <S extends Serializable, R extends Serializable> Shared<S, R> open(S message) {
            Shared<S, R> shared = new Shared<>(UUID.randomUUID());
            DESKS.put(shared.id, new Desk<S, R>(message, new ConcurrentLinkedQueue<>()));
            return shared;
        }

        @SuppressWarnings("unchecked") // what open put there
        private Desk<S, R> desk() {
            return (Desk<S, R>) DESKS.get(id);
        }

        @Override
        public S sent() {
            return desk().message();
        }

        @Override
        public List<R> deliver(R result) {
            desk().results().add(result);
            return List.of();
        }

        @Override
        public List<R> collected(List<R> results) {
            return List.copyOf(desk().results());
        }

        @Override
        public void close() {
            DESKS.remove(id);
        }
    }

    /** Through the network. */
    record Sent<S extends Serializable, R extends Serializable>(Broadcast<S> message) implements Handover<S, R> {
        @Override
        public S sent() {
            return message.value();
        }

        @Override
        public List<R> deliver(R result) {
            return List.of(result);
        }

        @Override
        public List<R> collected(List<R> results) {
            return results;
        }

        @Override
        public void close() {
            message.destroy();
        }
    }
}
