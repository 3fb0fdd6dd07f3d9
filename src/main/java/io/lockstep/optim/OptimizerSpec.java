package io.lockstep.optim;

import java.io.Serializable;

/**
 * Which optimizer, with its hyper-parameters; {@link Optimizer} holds the update rules. The records do not validate:
 * the config does, where it can name the line.
 */
public sealed interface OptimizerSpec extends Serializable {

    /** The name in the config. */
    String name();

    /** α₀, before any schedule. */
    double learningRate();

    /** Plain gradient descent. */
    record Sgd(double learningRate) implements OptimizerSpec {
        @Override
        public String name() {
            return "sgd";
        }
    }

    /** Gradient descent with momentum, in the notes' form with (1−β). */
    record Momentum(double learningRate, double beta) implements OptimizerSpec {
        @Override
        public String name() {
            return "momentum";
        }
    }

    /** Momentum that looks ahead (Nesterov). */
    record Nesterov(double learningRate, double beta) implements OptimizerSpec {
        @Override
        public String name() {
            return "nesterov";
        }
    }

    /** Root-mean-square prop. */
    record RmsProp(double learningRate, double beta, double epsilon) implements OptimizerSpec {
        @Override
        public String name() {
            return "rmsprop";
        }
    }

    /** Adaptive moment estimation. */
    record Adam(double learningRate, double beta1, double beta2, double epsilon) implements OptimizerSpec {
        @Override
        public String name() {
            return "adam";
        }
    }

    /** Adam with decoupled weight decay; it never decays biases. */
    record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
            implements OptimizerSpec {
        @Override
        public String name() {
            return "adamw";
        }
    }
}
