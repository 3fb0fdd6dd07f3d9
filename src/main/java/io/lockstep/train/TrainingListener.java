package io.lockstep.train;

import io.lockstep.config.SyncMode;
import io.lockstep.nn.NetworkSpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Hears how a training goes, on the driver, in the training's own thread. All methods do nothing by default. None may
 * wait for a Spark job between {@link #started} and {@link #ended}: the training's stage holds the slots.
 */
public interface TrainingListener {

    /**
     * What is about to be trained.
     *
     * @param examples of an epoch
     * @param epochs at most, with the full-batch epochs that finish the training, which are one step each
     * @param batchSize examples of a mini-batch
     * @param steps of an epoch of mini-batches
     * @param tasks that share a step, at most one for each shard
     * @param slots tasks that the cluster runs at a time
     * @param reason why this form of synchronization; empty where the config left no choice
     */
    record Plan(
            NetworkSpec network,
            long examples,
            int epochs,
            long batchSize,
            int steps,
            int shards,
            int tasks,
            int slots,
            SyncMode sync,
            Optional<String> reason) {}

    /**
     * A step.
     *
     * @param epoch from 1
     * @param step of the epoch, from 1
     * @param steps of the epoch
     * @param loss the mini-batch's mean loss, before the step
     * @param examples of the mini-batch
     * @param syncShare the share of the epoch so far that was not computing
     */
    record Step(int epoch, int step, int steps, double loss, long examples, double syncShare) {}

    /**
     * The network was looked into, before the first step or after an epoch. Its arrays are the training's own, and good only
     * while the listener is told.
     *
     * @param theta θ
     * @param gradient Σ ∂L/∂θ over the examples of the look; nothing in the places of running averages
     * @param examples how many they were
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Look(NetworkSpec network, float[] theta, float[] gradient, int examples) {}

    /** All of {@code listeners}, told in their order. */
    static TrainingListener all(TrainingListener... listeners) {
        return new Listeners(List.of(listeners));
    }

    /**
     * The training is about to begin, or to go on; comes before all else.
     *
     * @param first when its first run began
     * @param steps that earlier runs took and that are not taken again
     */
    default void began(Instant first, long steps) {}

    /** The training begins. */
    default void started(Plan plan) {}

    /**
     * The training that is about to begin goes on from a checkpoint; comes right before {@link #started}.
     *
     * @param epochs that have ended
     * @param steps that were taken of the epoch after them
     * @param examples of all of that
     */
    default void resumed(int epochs, int steps, long examples) {}

    /** Something is wrong with writing checkpoints, and the training goes on; {@code trouble} is a sentence without its stop. */
    default void checkpointFailed(String trouble) {}

    /** A step was taken. */
    default void stepTaken(Step step) {}

    /**
     * Executors were lost, and the epoch goes on from an earlier step. Steps that were told of are not told of again: they
     * have the same bits.
     *
     * @param step the first to be taken again, from 1
     */
    default void restarted(int epoch, int step, String reason) {}

    /** Something goes wrong, and the training goes on. */
    default void warned(HealthWarning warning) {}

    /** An epoch ended and was scored. */
    default void epochEnded(EpochRecord epoch) {}

    /** The network was looked into; after an epoch this comes after {@link #epochEnded}. */
    default void lookedInto(Look look) {}

    /** The training ended; no failure ends it so. */
    default void ended(TrainingResult result) {}
}
