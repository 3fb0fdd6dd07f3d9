package io.lockstep.train;

import java.util.Optional;

/** Takes a training's checkpoints off its hands. */
interface CheckpointSink {

    /** Takes a checkpoint; returns at once. One that comes before the last is written takes its place. */
    void offer(Checkpoint checkpoint);

    /**
     * Whether it is time for another one: none is being written, and writing takes a small part of the time. The last one of
     * a training is offered in any case.
     */
    boolean isReady();

    /** What went wrong since it was asked last, if anything did. */
    Optional<String> trouble();

    /** Waits until what was offered is written, or has failed. */
    void finish();
}
