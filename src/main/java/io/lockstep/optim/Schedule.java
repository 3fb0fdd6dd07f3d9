package io.lockstep.optim;

import java.io.Serializable;

/**
 * How the learning rate α goes over the epochs (notes, "Learning Rate Decay"). Epochs count from 1; the first epoch
 * runs at α₀ (times k for {@link InverseSqrt}).
 */
public sealed interface Schedule extends Serializable {

    /** The name in the config. */
    String name();

    /**
     * α/α₀ in an epoch.
     *
     * @param epoch from 1
     * @param epochs how many the training has at most, ≥ {@code epoch}
     */
    double factor(int epoch, int epochs);

    /** α = α₀. */
    record Constant() implements Schedule {
        @Override
        public String name() {
            return "constant";
        }

        @Override
        public double factor(int epoch, int epochs) {
            return 1;
        }
    }

    /** α = α₀ / (1 + rate·(epoch − 1)). */
    record InverseTime(double rate) implements Schedule {
        @Override
        public String name() {
            return "inverse_time";
        }

        @Override
        public double factor(int epoch, int epochs) {
            return 1 / (1 + rate * (epoch - 1));
        }
    }

    /** α = α₀ · base^(epoch − 1). */
    record Exponential(double base) implements Schedule {
        @Override
        public String name() {
            return "exponential";
        }

        @Override
        public double factor(int epoch, int epochs) {
            return Math.pow(base, epoch - 1.0);
        }
    }

    /** α = α₀ · k/√epoch. */
    record InverseSqrt(double k) implements Schedule {
        @Override
        public String name() {
            return "inverse_sqrt";
        }

        @Override
        public double factor(int epoch, int epochs) {
            return k / Math.sqrt(epoch);
        }
    }

    /** α is multiplied by {@code multiplier} after each {@code everyEpochs} epochs. */
    record Step(int everyEpochs, double multiplier) implements Schedule {
        @Override
        public String name() {
            return "step";
        }

        @Override
        public double factor(int epoch, int epochs) {
            int drops = (epoch - 1) / everyEpochs;
            return Math.pow(multiplier, drops);
        }
    }

    /**
     * α = α₀ · (floor + (1 − floor)·(1 + cos(π·(epoch − 1)/epochs))/2).
     *
     * @param floor the fraction of α₀ towards which the rate falls
     * @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter 2017, eq. 5, without restarts</a>
     */
    record Cosine(double floor) implements Schedule {
        @Override
        public String name() {
            return "cosine";
        }

        @Override
        public double factor(int epoch, int epochs) {
            return floor + (1 - floor) * (1 + Math.cos(Math.PI * (epoch - 1) / epochs)) / 2;
        }
    }
}
