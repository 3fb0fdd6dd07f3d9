package io.lockstep.optim;

import io.lockstep.math.ChunkedSum;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import java.util.List;

/**
 * Takes a gradient <em>sum</em> with its count to the next θ, in one place and in this order: divide by the count, clip,
 * regularize, update. Keeps the optimizer's state; one instance serves one training.
 */
public final class Optimizer {
    private final UpdateRule rule;
    private final double decay;
    private final Regularization regularization;
    private final List<ParameterBlock> blocks;
    private final int parameters;
    private final float[][] state;
    private long steps;

    /** An optimizer at its first step, for all of θ. */
    public Optimizer(OptimizerSpec spec, Regularization regularization, NetworkSpec network) {
        this.rule = UpdateRule.of(spec);
        this.decay = spec instanceof OptimizerSpec.AdamW adamW ? adamW.weightDecay() : 0;
        this.regularization = regularization;
        this.blocks = network.parameters();
        this.parameters = network.parameterCount();
        this.state = new float[rule.stateArrays()][parameters];
    }

    /** How many steps were taken. */
    public long steps() {
        return steps;
    }

    /**
     * One step: θ ← rule(g) with g = clip(gradientSum/count) + regularization.
     *
     * @param theta θ, updated in place
     * @param gradientSum Σ of the examples' gradients; overwritten where L1 is on
     * @param count of the examples, ≥ 1
     * @param alpha the learning rate α of this step
     * @throws IllegalArgumentException if the lengths differ from the network's or {@code count} is not positive
     */
    public void step(float[] theta, float[] gradientSum, long count, double alpha) {
        if (theta.length != gradientSum.length) {
            throw new IllegalArgumentException(
                    "θ has " + theta.length + " elements, the gradient " + gradientSum.length);
        }
        if (theta.length != parameters) {
            throw new IllegalArgumentException("θ has " + theta.length + " elements, the network " + parameters);
        }
        if (count < 1) {
            throw new IllegalArgumentException("a gradient of " + count + " examples");
        }
        steps++;
        double scale = 1.0 / count;
        if (regularization.clipNorm().isPresent()) {
            double norm = scale * Math.sqrt(ChunkedSum.ofSquares(gradientSum));
            double greatest = regularization.clipNorm().getAsDouble();
            if (norm > greatest) {
                scale *= greatest / norm;
            }
        }
        for (ParameterBlock block : blocks) {
            stepBlock(block, theta, gradientSum, (float) scale, alpha);
        }
    }

    private void stepBlock(ParameterBlock block, float[] theta, float[] gradient, float scale, double alpha) {
        int from = block.offset();
        int to = from + block.size();
        if (!block.isWeight()) {
            rule.apply(theta, gradient, state, from, to, scale, 0f, 0, alpha, steps);
            return;
        }
        float l1 = regularization.absoluteDecay();
        float remaining = scale;
        if (l1 > 0) {
            for (int i = from; i < to; i++) {
                gradient[i] = scale * gradient[i] + l1 * Math.signum(theta[i]);
            }
            remaining = 1f;
        }
        rule.apply(theta, gradient, state, from, to, remaining, regularization.weightDecay(), decay, alpha, steps);
    }
}
