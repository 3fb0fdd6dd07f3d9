package io.lockstep.train;

import io.lockstep.config.CheckpointConfig;
import io.lockstep.nn.NetworkSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Takes a training from epoch to epoch, and hands out checkpoints on its way. */
final class EpochLoop {
    private final NetworkSpec network;
    private final LearningRate learningRate;
    private final TrainingState state;
    private final BestEpoch best;
    private final HealthCheck health;
    private final TrainingListener listener;
    private final Optional<Checkpointing> checkpointing;
    private final List<EpochRecord> epochs = new ArrayList<>();
    private EpochSums current = EpochSums.NONE;
    private OptionalInt patienceEnded = OptionalInt.empty();

    /** Where checkpoints go, and when. */
    record Checkpointing(CheckpointConfig when, CheckpointSink sink, Pace pace, Clock clock) {
        static Checkpointing of(CheckpointConfig when, CheckpointSink sink) {
            return new Checkpointing(when, sink, new Pace(60 * when.everyMinutes()), new Clock());
        }

        boolean isDueAfter(int epochs) {
            return epochs % when.everyEpochs() == 0 || isDue();
        }

        /** Whether an epoch has gone on for so long without one that its next stride would be too much. */
        boolean isDue() {
            return clock.seconds() >= 0.75 * 60 * when.everyMinutes();
        }
    }

    /** Since the last checkpoint. */
    static final class Clock {
        private long last = System.nanoTime();

        double seconds() {
            return (System.nanoTime() - last) / 1e9;
        }

        void restart() {
            last = System.nanoTime();
        }
    }

    EpochLoop(
            NetworkSpec network,
            LearningRate learningRate,
            TrainingState state,
            BestEpoch best,
            HealthCheck health,
            TrainingListener listener,
            Optional<Checkpointing> checkpointing) {
        this.network = network;
        this.learningRate = learningRate;
        this.state = state;
        this.best = best;
        this.health = health;
        this.listener = listener;
        this.checkpointing = checkpointing;
    }

    /** Goes on from where {@code checkpoint} was taken, whose state, best epoch and health it has. */
    void resume(Checkpoint checkpoint) {
        epochs.addAll(checkpoint.epochs());
        current = checkpoint.current();
        patienceEnded = checkpoint.patienceEnded();
    }

    /** Runs mini-batch epochs until there are {@code last}, or patience ends. */
    void runMiniBatches(GradientSync sync, BatchPlan plan, int last) {
        while (epochs.size() < last && patienceEnded.isEmpty()) {
            runEpoch(sync, plan);
            if (best.patienceEnds(epochs.size())) {
                patienceEnded = OptionalInt.of(epochs.size());
            }
            epochEnded(epochs.size() == last || patienceEnded.isPresent());
        }
    }

    /** Runs epochs until there are {@code last}; the first one, if none of its steps was taken, from the best epoch's θ. */
    void finish(GradientSync sync, BatchPlan plan, int first, int last) {
        if (epochs.size() == first && current.steps() == 0) {
            // patience ends the mini-batches, not what is to come after them; and the best of them is what to finish
            System.arraycopy(best.theta(), 0, state.theta(), 0, best.theta().length);
        }
        while (epochs.size() < last) {
            runEpoch(sync, plan);
            epochEnded(epochs.size() == last);
        }
    }

    /** How many mini-batch epochs there are, once {@link #runMiniBatches} has run. */
    int miniBatchEpochs(int most) {
        return patienceEnded.orElse(most);
    }

    private void runEpoch(GradientSync sync, BatchPlan plan) {
        int epoch = epochs.size() + 1;
        Optional<Score> dev = Optional.empty();
        while (current.steps() < plan.steps()) {
            int left = plan.steps() - current.steps();
            int from = current.steps();
            int steps = checkpointing.map(each -> each.pace().steps(left)).orElse(left);
            GradientSync.StrideResult result =
                    sync.take(state, new GradientSync.Stride(epoch, from, from + steps), new Steps(epoch));
            current = current.plus(result.time());
            checkpointing.ifPresent(
                    each -> each.pace().took(steps, result.time().seconds()));
            Divergence.requireFinite(network, state.theta(), epoch, from + steps);
            dev = result.score();
            if (steps < left) {
                checkpointing
                        .filter(each -> each.isDue() && each.sink().isReady())
                        .ifPresent(this::checkpoint);
            }
        }
        best.consider(epoch, state.theta(), dev);
        EpochTime time = current.time();
        EpochRecord record = new EpochRecord(
                epoch,
                current.loss() / current.examples(),
                dev,
                current.examples() / time.seconds(),
                time,
                learningRate.at(epoch, 0, 1),
                health.look(state.theta()));
        current = EpochSums.NONE;
        epochs.add(record);
        listener.epochEnded(record);
        health.tellOfLook(state.theta());
        health.judge(record);
    }

    private void epochEnded(boolean last) {
        checkpointing
                .filter(each ->
                        last || (each.isDueAfter(epochs.size()) && each.sink().isReady()))
                .ifPresent(this::checkpoint);
    }

    private void checkpoint(Checkpointing to) {
        to.sink().offer(checkpoint());
        to.clock().restart();
        to.sink().trouble().ifPresent(listener::checkpointFailed);
    }

    private Checkpoint checkpoint() {
        float[] theta = state.theta().clone();
        return new Checkpoint(
                epochs,
                current,
                patienceEnded,
                theta,
                state.optimizer().steps(),
                state.optimizer().state(0, theta.length),
                best.best(),
                health.lastTheta(),
                health.report(),
                health.worseSteps());
    }

    /** What it has come to. */
    TrainingResult result() {
        return new TrainingResult(best.theta(), best.epoch(), epochs, patienceEnded, health.report());
    }

    /** Adds up the steps of an epoch, and tells the training's listener of them. */
    private final class Steps implements GradientSync.StepListener {
        private final int epoch;

        Steps(int epoch) {
            this.epoch = epoch;
        }

        @Override
        public void stepTaken(int step, int steps, double loss, long examples, double syncShare) {
            current = current.plus(loss, examples);
            double mean = loss / examples;
            listener.stepTaken(new TrainingListener.Step(epoch, step, steps, mean, examples, syncShare));
            health.step(epoch, step, mean);
        }

        @Override
        public void restarted(int step, String reason) {
            listener.restarted(epoch, step, reason);
        }
    }
}
