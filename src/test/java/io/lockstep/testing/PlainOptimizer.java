package io.lockstep.testing;

import io.lockstep.optim.OptimizerSpec;
import java.util.BitSet;

/**
 * The optimizers again, as their papers write them: float64, one element after another. It shares no code with the update
 * rules of {@code optim}, whose oracle it is.
 */
public final class PlainOptimizer {
    private final OptimizerSpec spec;
    private final BitSet weights;
    private final double[] first;
    private final double[] second;
    private int t;

    /** An optimizer at its first step; {@code weights} are the elements of θ that adamw decays. */
    public PlainOptimizer(OptimizerSpec spec, int parameters, BitSet weights) {
        this.spec = spec;
        this.weights = weights;
        this.first = new double[parameters];
        this.second = new double[parameters];
    }

    /** θ after a step with the gradient g, which is clipped and regularized already, and the learning rate α. */
    public void step(double[] theta, double[] g, double alpha) {
        t++;
        for (int i = 0; i < theta.length; i++) {
            theta[i] = next(theta[i], g[i], alpha, i);
        }
    }

    private double next(double theta, double g, double alpha, int i) {
        if (spec instanceof OptimizerSpec.Sgd) {
            return theta - alpha * g;
        }
        if (spec instanceof OptimizerSpec.Momentum momentum) {
            first[i] = momentum.beta() * first[i] + (1 - momentum.beta()) * g;
            return theta - alpha * first[i];
        }
        if (spec instanceof OptimizerSpec.Nesterov nesterov) {
            // Bengio et al. 2013, eq. 7, with v = −α·V and ε = α(1−β)
            double before = first[i];
            first[i] = nesterov.beta() * before + (1 - nesterov.beta()) * g;
            double beta = nesterov.beta();
            return theta - alpha * (beta * beta * before + (1 + beta) * (1 - beta) * g);
        }
        if (spec instanceof OptimizerSpec.RmsProp rms) {
            second[i] = rms.beta() * second[i] + (1 - rms.beta()) * g * g;
            return theta - alpha * g / (Math.sqrt(second[i]) + rms.epsilon());
        }
        if (spec instanceof OptimizerSpec.Adam adam) {
            return theta - adam(g, alpha, i, adam.beta1(), adam.beta2(), adam.epsilon());
        }
        OptimizerSpec.AdamW adamW = (OptimizerSpec.AdamW) spec;
        double decayed = weights.get(i) ? theta - alpha * adamW.weightDecay() * theta : theta;
        return decayed - adam(g, alpha, i, adamW.beta1(), adamW.beta2(), adamW.epsilon());
    }

    private double adam(double g, double alpha, int i, double beta1, double beta2, double epsilon) {
        first[i] = beta1 * first[i] + (1 - beta1) * g;
        second[i] = beta2 * second[i] + (1 - beta2) * g * g;
        double meanHat = first[i] / (1 - Math.pow(beta1, t));
        double squareHat = second[i] / (1 - Math.pow(beta2, t));
        return alpha * meanHat / (Math.sqrt(squareHat) + epsilon);
    }
}
