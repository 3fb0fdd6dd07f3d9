package io.lockstep.bench;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.train.EpochRecord;
import io.lockstep.train.Trainer;
import io.lockstep.train.TrainingListener;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * A training by Lockstep's own {@link Trainer}, which waits between its epochs for the next turn. The time is the one
 * that {@code metrics.json} would show for the epoch.
 */
final class LockstepContender implements Contender {
    private final Semaphore turns = new Semaphore(0);
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closing;
    private volatile int steps;

    /** What a turn came to: an epoch, or a failure. */
    private sealed interface Outcome {
        record Epoch(EpochRecord epoch) implements Outcome {}

        record Failed(Throwable cause) implements Outcome {}
    }

    /** Ends a training that would go on. */
    private static final class NoMoreTurns extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    LockstepContender(LockstepData source, Net net, String sync) {
        LockstepConfig config = source.config(net, sync);
        TrainingData data = source.of(config, net.batch());
        Trainer trainer = new Trainer(source.spark(), config, data, new Gate());
        this.thread = new Thread(() -> train(trainer), "bench-" + sync);
        thread.setDaemon(true);
        thread.start();
    }

    private void train(Trainer trainer) {
        try {
            trainer.train();
            outcomes.add(new Outcome.Failed(new IllegalStateException("the training ended by itself")));
        } catch (NoMoreTurns e) {
            // as it should be
        } catch (RuntimeException | Error e) {
            outcomes.add(new Outcome.Failed(e));
        }
    }

    /** Stops the training wherever it is not computing, until it is its turn. */
    private final class Gate implements TrainingListener {
        @Override
        public void started(Plan plan) {
            steps = plan.steps();
            awaitTurn();
        }

        @Override
        public void epochEnded(EpochRecord epoch) {
            outcomes.add(new Outcome.Epoch(epoch));
            awaitTurn();
        }

        private void awaitTurn() {
            turns.acquireUninterruptibly();
            if (closing) {
                throw new NoMoreTurns();
            }
        }
    }

    @Override
    public Lap lap() throws InterruptedException {
        turns.release();
        Outcome outcome = outcomes.take();
        if (outcome instanceof Outcome.Failed failed) {
            throw new IllegalStateException("the training failed: " + failed.cause(), failed.cause());
        }
        EpochRecord epoch = ((Outcome.Epoch) outcome).epoch();
        return new Lap(
                epoch.time().seconds(),
                Map.of(
                        "compute_seconds",
                        epoch.time().compute() + epoch.time().waiting(),
                        "steps",
                        (double) steps,
                        "train_loss",
                        epoch.trainLoss()));
    }

    @Override
    public void close() {
        closing = true;
        turns.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
