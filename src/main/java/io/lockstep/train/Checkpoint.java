package io.lockstep.train;

import io.lockstep.optim.Optimizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A training between two steps: all that it takes to go on as if it had never stopped. No one changes its arrays.
 *
 * @param epochs that have ended
 * @param current the epoch after them, as far as it has come; no steps of it between two epochs
 * @param patienceEnded the epoch after which early stopping ended the mini-batches
 * @param theta θ
 * @param optimizerSteps how many the optimizer has taken
 * @param optimizerState its arrays, each of θ's length
 * @param best the best epoch so far; empty before the first has ended
 * @param epochStart θ as the last epoch left it; before the first epoch, where it started
 * @param health before the first step, and what was warned of
 * @param worseSteps see {@link HealthWatch#worseSteps}
 */
@SuppressWarnings("ArrayRecordComponent") // a training's state on its way to a file
record Checkpoint(
        List<EpochRecord> epochs,
        EpochSums current,
        OptionalInt patienceEnded,
        float[] theta,
        long optimizerSteps,
        float[][] optimizerState,
        Optional<Best> best,
        float[] epochStart,
        HealthReport health,
        int worseSteps) {

    /**
     * The best epoch of some.
     *
     * @param score on dev, by early stopping's metric; empty without early stopping, where the last epoch is the best
     * @param theta θ as it left it
     */
    @SuppressWarnings("ArrayRecordComponent") // as above
    record Best(int epoch, OptionalDouble score, float[] theta) {
        /** With this θ. */
        Best withTheta(float[] other) {
            return new Best(epoch, score, other);
        }
    }

    Checkpoint {
        epochs = List.copyOf(epochs);
    }

    /** θ and the state of {@code fresh}, an optimizer at its first step, which is taken over. */
    TrainingState state(Optimizer fresh) {
        fresh.restore(0, optimizerState);
        fresh.stepped(optimizerSteps);
        return new TrainingState(theta.clone(), fresh);
    }

    /** Whether an epoch is under way. */
    boolean isWithinEpoch() {
        return current.steps() > 0;
    }
}
