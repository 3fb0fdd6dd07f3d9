package io.lockstep.golden;

import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.StepLR;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A learning rate over the epochs, as {@code torch.optim.lr_scheduler} goes about it: from one epoch's rate to the next.
 * {@code StepLR} is the library's own; the others are Python in PyTorch, and written here as its documentation has them.
 */
sealed interface Rates {

    /** The config's {@code training.schedule} without its warm-up. */
    Map<String, Object> config();

    /** The rates of {@code epochs} epochs from {@code alpha} on. */
    double[] of(double alpha, int epochs);

    /** {@code LambdaLR(lambda epoch: factor(epoch))}, epochs from 0. */
    record Lambda(Map<String, Object> config, DoubleUnaryOperator factor) implements Rates {
        @Override
        public double[] of(double alpha, int epochs) {
            double[] rates = new double[epochs];
            for (int epoch = 0; epoch < epochs; epoch++) {
                rates[epoch] = alpha * factor.applyAsDouble(epoch);
            }
            return rates;
        }
    }

    /** {@code ExponentialLR(gamma=base)}: each rate is the one before times γ. */
    record Exponential(double base) implements Rates {
        @Override
        public Map<String, Object> config() {
            return Map.of("name", "exponential", "base", base);
        }

        @Override
        public double[] of(double alpha, int epochs) {
            double[] rates = new double[epochs];
            rates[0] = alpha;
            for (int epoch = 1; epoch < epochs; epoch++) {
                rates[epoch] = rates[epoch - 1] * base;
            }
            return rates;
        }
    }

    /**
     * {@code StepLR(step_size=everyEpochs, gamma=factor)}, asked for its optimizer's rate. It counts the calls of
     * {@code step}, the first of which Python's constructor makes and C++'s leaves to the caller.
     */
    record Step(int everyEpochs, double factor) implements Rates {
        @Override
        public Map<String, Object> config() {
            return Map.of("name", "step", "every_epochs", everyEpochs, "factor", factor);
        }

        @Override
        public double[] of(double alpha, int epochs) {
            Optimizer optimizer = new SGD(
                    new TensorVector(torch.tensor(new float[] {0}).requires_grad_(true)), new SGDOptions(alpha));
            StepLR scheduler = new StepLR(optimizer, everyEpochs, factor);
            scheduler.step();
            double[] rates = new double[epochs];
            for (int epoch = 0; epoch < epochs; epoch++) {
                rates[epoch] = optimizer.param_groups().get(0).options().get_lr();
                optimizer.step();
                scheduler.step();
            }
            return rates;
        }
    }

    /**
     * {@code CosineAnnealingLR(T_max=epochs, eta_min=floor·alpha)} in the recursive form that PyTorch computes:
     * η ← η_min + (η − η_min)·(1 + cos(πt/T))/(1 + cos(π(t−1)/T)).
     */
    record Cosine(double floor) implements Rates {
        @Override
        public Map<String, Object> config() {
            return Map.of("name", "cosine", "floor", floor);
        }

        @Override
        public double[] of(double alpha, int epochs) {
            double least = floor * alpha;
            double[] rates = new double[epochs];
            rates[0] = alpha;
            for (int t = 1; t < epochs; t++) {
                rates[t] = least
                        + (rates[t - 1] - least)
                                * (1 + Math.cos(Math.PI * t / epochs))
                                / (1 + Math.cos(Math.PI * (t - 1) / epochs));
            }
            return rates;
        }
    }
}
