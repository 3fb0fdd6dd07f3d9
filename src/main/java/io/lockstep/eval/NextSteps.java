package io.lockstep.eval;

import io.lockstep.config.HiddenLayer;
import io.lockstep.config.LockstepConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the notes' "Basic recipe for deep learning" advises, in its order, as far as the config does not follow it already.
 */
final class NextSteps {
    private final LockstepConfig config;

    NextSteps(LockstepConfig config) {
        this.config = config;
    }

    /** "Look at the training data performance": a bigger network, longer training, another architecture. */
    List<String> bias(Ending ending) {
        List<String> steps = new ArrayList<>();
        steps.add("Try a bigger network: " + shape() + " now; more units, or one more layer.");
        steps.add(
                ending == Ending.STILL_IMPROVING
                        ? "Train for longer: the last of " + config.training().epochs()
                                + " epochs was the best; raise training.epochs (--resume goes on from there)."
                        : "Train better: another training.optimizer.learning_rate, a training.schedule"
                                + (normed() ? "." : ", batch_norm in the hidden layers."));
        List<String> regularization = regularization();
        if (!regularization.isEmpty()) {
            steps.add("Regularize less: " + String.join(", ", regularization) + ".");
        }
        steps.add(
                "Look for features that tell more, or another architecture. More rows of the same kind will not help.");
        return steps;
    }

    /** "Look at the validation data performance": more data, regularization, another architecture. */
    List<String> variance() {
        List<String> steps = new ArrayList<>();
        steps.add("Get more training data; train with --learning-curve tells how much it would help.");
        List<String> ways = new ArrayList<>();
        ways.add(
                config.training().l2() > 0
                        ? "raise training.l2 (" + config.training().l2() + ")"
                        : "set training.l2");
        ways.add(drops() ? "raise dropout" : "set dropout in the hidden layers");
        if (config.training().augment().isEmpty() && config.data().image().isPresent()) {
            ways.add("set training.augment for the images");
        }
        if (config.training().earlyStopping().isEmpty()) {
            ways.add("set training.early_stopping");
        }
        steps.add("Regularize: " + String.join(", ", ways) + ".");
        steps.add("Take a smaller network (" + shape() + " now), or another architecture.");
        return steps;
    }

    /** Rows of train that look like those that the model is for. */
    List<String> mismatch(String set, Optional<String> shift) {
        List<String> steps = new ArrayList<>();
        shift.ifPresent(which -> steps.add("Look at what differs in " + set + ": " + which
                + ". Is it computed in the same way, in the same units?"));
        steps.add(
                "Train on rows like those of " + set + ": collect them, or move a part of its source into data.train.");
        if (config.data().image().isPresent() || config.data().audio().isPresent()) {
            steps.add("Make training examples look like those of " + set + " with training.augment.");
        }
        return steps;
    }

    List<String> overfittedDev() {
        return List.of(
                "Take a larger dev set, or a new one: this one has chosen epochs and settings, and was fitted by that.");
    }

    List<String> suspectLabels(String set) {
        return List.of(
                "Look at rows of " + set
                        + " that the model is surest of and wrong about (predict writes probabilities): are their labels right?");
    }

    /** What would tell more than these sets do. */
    List<String> blindSpots(boolean hasDev, boolean hasTrainDev) {
        List<String> steps = new ArrayList<>();
        if (!hasDev) {
            steps.add("Set aside a dev set (data.split.dev, or data.dev): without one variance cannot be told.");
        } else if (!hasTrainDev && config.data().dev().isPresent()) {
            steps.add("data.dev is a file of its own: data.split.train_dev: 0.1 would tell variance from a mismatch of"
                    + " distributions.");
        }
        return steps;
    }

    private List<String> regularization() {
        List<String> found = new ArrayList<>();
        if (config.training().l2() > 0) {
            found.add("training.l2 is " + config.training().l2());
        }
        if (config.training().l1() > 0) {
            found.add("training.l1 is " + config.training().l1());
        }
        if (drops()) {
            found.add(
                    String.format(Locale.ROOT, "dropout is up to %s", Math.max(config.inputDropout(), mostDropped())));
        }
        if (config.training().augment().isPresent()) {
            found.add("training.augment is on");
        }
        return found;
    }

    private boolean drops() {
        return config.inputDropout() > 0 || mostDropped() > 0;
    }

    private double mostDropped() {
        return config.network().stream().mapToDouble(HiddenLayer::dropout).max().orElse(0);
    }

    private boolean normed() {
        return config.network().stream().anyMatch(layer -> layer.batchNorm().isPresent());
    }

    private String shape() {
        return config.network().isEmpty()
                ? "no hidden layer"
                : config.network().stream()
                        .map(layer -> Integer.toString(layer.units()))
                        .collect(Collectors.joining("-"));
    }
}
