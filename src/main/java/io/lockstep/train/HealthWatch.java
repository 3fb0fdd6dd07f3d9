package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.train.HealthWarning.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Judges a training epoch by epoch, and warns of each kind of trouble once. What one look alone shows may be chance, so a
 * trouble must be seen in several looks in a row; the state before the first step counts as a look.
 */
final class HealthWatch {
    /** Gradients of the first layer to those of the last: five sigmoids attenuate by (1/4)⁵ = 10⁻³ at least. */
    private static final double VANISHED = 1e-3;

    private static final double EXPLODED = 1e3;
    private static final int LOOKS = 2;
    /** Of a layer's units; a learning rate that is too high can kill 40 % of them (CS231n, "Commonly used activations"). */
    private static final double DEAD_SHARE = 0.5;

    private static final double SATURATED_SHARE = 0.5;
    /** After an epoch, times the loss before the first step. */
    private static final double WORSE = 1.5;

    private static final double MUCH_WORSE = 10;
    /** Mini-batches in a row that are {@link #MUCH_WORSE} than the loss before the first step. */
    private static final int WORSE_STEPS = 5;

    private static final int RISING_EPOCHS = 3;
    /** Losses of so many epochs are averaged before they are compared: a small dev set makes noise. */
    private static final int STRIP = 4;
    /** Dev loss, times its least: Prechelt's generalization loss of 25 %. */
    private static final double DEV_RISEN = 1.25;
    /** Train loss, times what it was when the dev loss was least. */
    private static final double TRAIN_FALLEN = 0.9;
    /** Dev loss, times the train loss. */
    private static final double GAP = 1.5;

    private final Remedies remedies;
    private final Map<Kind, Integer> streaks = new EnumMap<>(Kind.class);
    private final List<HealthWarning> warnings = new ArrayList<>();
    private final double initialLoss;

    private int worseSteps;
    private double previousLoss = Double.POSITIVE_INFINITY;
    private double leastLoss = Double.POSITIVE_INFINITY;
    private int rising;
    private final Deque<Double> devLosses = new ArrayDeque<>();
    private final Deque<Double> trainLosses = new ArrayDeque<>();
    private int bestEpoch;
    private double bestDev = Double.POSITIVE_INFINITY;
    private double trainAtBest;

    /** A watch over a training that starts with a network in this state. */
    HealthWatch(LockstepConfig config, NetworkHealth initial) {
        this.remedies = new Remedies(config);
        this.initialLoss = initial.loss();
        signals(0, initial);
        units(0, initial);
    }

    /** A watch that goes on: it has given {@code warnings}, and is still to be told of the epochs before. */
    HealthWatch(LockstepConfig config, NetworkHealth initial, List<HealthWarning> warnings, int worseSteps) {
        this(config, initial);
        this.warnings.addAll(warnings);
        this.worseSteps = worseSteps;
    }

    /** Mini-batches in a row that were much worse than the loss before the first step. */
    int worseSteps() {
        return worseSteps;
    }

    /** All that were given so far. */
    List<HealthWarning> warnings() {
        return List.copyOf(warnings);
    }

    /** Takes in the loss of a mini-batch; a warning if there is reason for one. */
    Optional<HealthWarning> step(int epoch, int step, double loss) {
        worseSteps = loss > MUCH_WORSE * initialLoss ? worseSteps + 1 : 0;
        if (worseSteps < WORSE_STEPS || !(initialLoss > 0)) {
            return Optional.empty();
        }
        return warn(
                Kind.LEARNING_RATE_TOO_HIGH,
                epoch,
                "learning rate too high: the loss of step " + step + " is " + number(loss)
                        + ", before the first step it was " + number(initialLoss) + ". " + remedies.learningRate());
    }

    /**
     * Takes in an epoch.
     *
     * @param trainLoss its mean loss
     * @param devLoss after it; empty without a dev set
     * @return the warnings that there is reason for now
     */
    List<HealthWarning> epoch(int epoch, NetworkHealth health, double trainLoss, OptionalDouble devLoss) {
        int before = warnings.size();
        signals(epoch, health);
        units(epoch, health);
        learningRate(epoch, health, trainLoss);
        devLoss.ifPresent(dev -> overfitting(epoch, trainLoss, dev));
        return List.copyOf(warnings.subList(before, warnings.size()));
    }

    private void signals(int epoch, NetworkHealth health) {
        List<LayerHealth> layers = health.layers();
        LayerHealth top = layers.get(layers.size() - 1);
        LayerHealth least = top;
        LayerHealth most = top;
        for (LayerHealth layer : layers) {
            least = layer.activity().signal() < least.activity().signal() ? layer : least;
            most = layer.activity().signal() > most.activity().signal() ? layer : most;
        }
        double smallest = least.activity().signal() / top.activity().signal();
        double greatest = most.activity().signal() / top.activity().signal();
        // a layer that is dead as a whole lets nothing through, and has a warning of its own
        boolean cut = layers.stream()
                .anyMatch(layer ->
                        layer.activity().dead().orElse(0) == layer.activity().units());
        if (lasts(Kind.VANISHING_GRADIENTS, smallest < VANISHED && !cut)) {
            warn(
                    Kind.VANISHING_GRADIENTS,
                    epoch,
                    "vanishing gradients: " + least.name() + " gets " + number(smallest)
                            + " of the gradient that the output layer gets. " + remedies.vanishing());
        }
        if (lasts(Kind.EXPLODING_GRADIENTS, greatest > EXPLODED)) {
            warn(
                    Kind.EXPLODING_GRADIENTS,
                    epoch,
                    "exploding gradients: " + most.name() + " gets " + number(greatest)
                            + " times the gradient that the output layer gets. " + remedies.exploding());
        }
    }

    private void units(int epoch, NetworkHealth health) {
        LayerHealth dead = null;
        LayerHealth saturated = null;
        for (LayerHealth layer : health.layers()) {
            if (deadShare(layer) >= DEAD_SHARE && (dead == null || deadShare(layer) > deadShare(dead))) {
                dead = layer;
            }
            if (saturatedShare(layer) >= SATURATED_SHARE
                    && (saturated == null || saturatedShare(layer) > saturatedShare(saturated))) {
                saturated = layer;
            }
        }
        if (lasts(Kind.DEAD_UNITS, dead != null)) {
            warn(
                    Kind.DEAD_UNITS,
                    epoch,
                    "dead ReLU units: " + dead.activity().dead().getAsInt() + " of "
                            + dead.activity().units() + " units of " + dead.name() + " are 0 for each of "
                            + health.examples() + " training examples, and learn no more. " + remedies.dead());
        }
        if (lasts(Kind.SATURATED_UNITS, saturated != null)) {
            warn(
                    Kind.SATURATED_UNITS,
                    epoch,
                    "saturated units: " + saturated.activity().saturated().getAsInt() + " of "
                            + saturated.activity().units() + " units of " + saturated.name()
                            + " are at their limits, where they hardly learn. " + remedies.saturated());
        }
    }

    private static double deadShare(LayerHealth layer) {
        return (double) layer.activity().dead().orElse(0) / layer.activity().units();
    }

    private static double saturatedShare(LayerHealth layer) {
        return (double) layer.activity().saturated().orElse(0)
                / layer.activity().units();
    }

    private void learningRate(int epoch, NetworkHealth health, double trainLoss) {
        rising = trainLoss > previousLoss ? rising + 1 : 0;
        previousLoss = trainLoss;
        leastLoss = Math.min(leastLoss, trainLoss);
        boolean rises = rising >= RISING_EPOCHS && trainLoss > 2 * leastLoss && trainLoss > 0.1 * initialLoss;
        boolean worse = initialLoss > 0 && health.loss() > WORSE * initialLoss;
        boolean muchWorse = initialLoss > 0 && health.loss() > MUCH_WORSE * initialLoss;
        if (lasts(Kind.LEARNING_RATE_TOO_HIGH, worse) || muchWorse) {
            warn(
                    Kind.LEARNING_RATE_TOO_HIGH,
                    epoch,
                    "learning rate too high: the loss on training examples is " + number(health.loss())
                            + ", before the first step it was " + number(initialLoss) + ". "
                            + remedies.learningRate());
        } else if (rises) {
            warn(
                    Kind.LEARNING_RATE_TOO_HIGH,
                    epoch,
                    "learning rate too high: the train loss rose for " + rising + " epochs, to " + number(trainLoss)
                            + " from " + number(leastLoss) + ". " + remedies.learningRate());
        }
    }

    /** Compares averages over strips of epochs (Prechelt 1998, "Early Stopping, But When?"). */
    private void overfitting(int epoch, double trainLoss, double devLoss) {
        double dev = strip(devLosses, devLoss);
        double train = strip(trainLosses, trainLoss);
        if (devLosses.size() == STRIP && dev < bestDev) {
            bestDev = dev;
            bestEpoch = epoch;
            trainAtBest = train;
        }
        boolean overfits = epoch - bestEpoch >= STRIP
                && dev > DEV_RISEN * bestDev
                && train < TRAIN_FALLEN * trainAtBest
                && dev > GAP * train;
        if (lasts(Kind.OVERFITTING, overfits)) {
            warn(
                    Kind.OVERFITTING,
                    epoch,
                    "overfitting: since epoch " + bestEpoch + " the dev loss rose from " + number(bestDev) + " to "
                            + number(dev) + ", while the train loss fell from " + number(trainAtBest) + " to "
                            + number(train) + " (means of " + STRIP + " epochs). " + remedies.overfitting());
        }
    }

    /** Takes in a loss; the mean of the last ones. */
    private static double strip(Deque<Double> losses, double loss) {
        losses.addLast(loss);
        if (losses.size() > STRIP) {
            losses.removeFirst();
        }
        return losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** Whether {@code seen} held in as many looks in a row as a warning takes. */
    private boolean lasts(Kind kind, boolean seen) {
        int streak = seen ? streaks.getOrDefault(kind, 0) + 1 : 0;
        streaks.put(kind, streak);
        return streak >= LOOKS;
    }

    private Optional<HealthWarning> warn(Kind kind, int epoch, String message) {
        if (warnings.stream().anyMatch(warning -> warning.kind() == kind)) {
            return Optional.empty();
        }
        HealthWarning warning = new HealthWarning(kind, epoch, message);
        warnings.add(warning);
        return Optional.of(warning);
    }

    private static String number(double value) {
        return Remedies.number(value);
    }
}
