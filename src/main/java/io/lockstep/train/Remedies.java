package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Normalize;
import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the notes advise against a trouble ("Vanishing / Exploding Gradients", "Weight Initialization for Deep Networks",
 * "Basic Recipe for Machine Learning"), as far as the config does not follow it already.
 */
final class Remedies {
    private final LockstepConfig config;

    Remedies(LockstepConfig config) {
        this.config = config;
    }

    String vanishing() {
        List<String> advice = new ArrayList<>();
        if (hasSquashing()) {
            advice.add("use activation: relu instead of " + squashing());
        }
        initializer(advice);
        advice.add("set batch_norm: true in the hidden layers");
        advice.add("or take fewer of them");
        return sentence(advice);
    }

    String exploding() {
        List<String> advice = new ArrayList<>();
        advice.add("set training.clip_norm: 1");
        initializer(advice);
        advice.add(lowerRate());
        advice.add("or set batch_norm: true in the hidden layers");
        return sentence(advice);
    }

    String learningRate() {
        List<String> advice = new ArrayList<>();
        advice.add(lowerRate());
        advice.add("warm it up (training.schedule: { warmup_epochs: 1 })");
        normalize(advice);
        advice.add(
                config.training().clipNorm().isPresent() ? "or lower training.clip_norm" : "or set training.clip_norm");
        return sentence(advice);
    }

    String dead() {
        List<String> advice = new ArrayList<>();
        advice.add(lowerRate());
        initializer(advice);
        normalize(advice);
        advice.add("or use activation: leaky_relu");
        return sentence(advice);
    }

    String saturated() {
        List<String> advice = new ArrayList<>();
        advice.add("use activation: relu instead of " + squashing());
        initializer(advice);
        normalize(advice);
        advice.add(lowerRate());
        advice.add("or set batch_norm: true");
        return sentence(advice);
    }

    String overfitting() {
        List<String> advice = new ArrayList<>();
        advice.add(config.training().l2() > 0 ? "raise training.l2" : "set training.l2");
        boolean drops = config.inputDropout() > 0 || config.network().stream().anyMatch(layer -> layer.dropout() > 0);
        advice.add(drops ? "raise dropout" : "set dropout in the hidden layers");
        advice.add("get more training data");
        advice.add("or take a smaller network");
        return sentence(advice)
                + (config.training().earlyStopping().isPresent()
                        ? " The weights of the best epoch are kept."
                        : " training.early_stopping would keep the best epoch's weights.");
    }

    private String lowerRate() {
        double rate = config.training().optimizer().learningRate();
        return String.format(
                Locale.ROOT, "lower training.optimizer.learning_rate (%s) to %s", number(rate), number(rate / 10));
    }

    private void initializer(List<String> advice) {
        if (config.initializer() == Initializer.ZEROS || config.initializer() == Initializer.SMALL_NORMAL) {
            advice.add("use initializer: auto (he for relu, xavier for sigmoid and tanh) instead of "
                    + config.initializer().configName());
        } else if (config.initializer() != Initializer.AUTO && !hasSquashing()) {
            advice.add("use initializer: he");
        } else if (config.initializer() == Initializer.HE) {
            advice.add("use initializer: xavier");
        }
    }

    private void normalize(List<String> advice) {
        if (config.data().normalize() == Normalize.NONE) {
            advice.add("set data.normalize: standard");
        }
    }

    private boolean hasSquashing() {
        return config.network().stream().anyMatch(layer -> isSquashing(layer.activation()));
    }

    private String squashing() {
        boolean sigmoid =
                config.network().stream().anyMatch(layer -> layer.activation().kind() == Activation.Kind.SIGMOID);
        return (sigmoid ? Activation.Kind.SIGMOID : Activation.Kind.TANH).configName();
    }

    private static boolean isSquashing(Activation activation) {
        return activation.kind() == Activation.Kind.SIGMOID || activation.kind() == Activation.Kind.TANH;
    }

    /** One imperative sentence: {@code Use a, set b, or lower c.} */
    private static String sentence(List<String> advice) {
        String text = String.join(", ", advice);
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    /** Three significant digits. */
    static String number(double value) {
        if (value != 0 && Double.isFinite(value) && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        return value == 0 || !Double.isFinite(value)
                ? Double.toString(value)
                : new java.math.BigDecimal(value)
                        .round(new java.math.MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
