package io.lockstep.optim;

import io.lockstep.math.ChunkedSum;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.nn.ParameterKind;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Takes a gradient <em>sum</em> with its count to the next θ, in one place and in this order: divide by the count, clip,
 * regularize, update. Running averages are not trained but moved, see {@link ParameterKind.Statistic}. Keeps the
 * optimizer's state; one instance serves one training. Its serial form is without the {@linkplain #state state}.
 */
public final class Optimizer implements Serializable {
    private static final long serialVersionUID = 1L;

    private final UpdateRule rule;
    private final double decay;
    private final float weightDecay;
    private final float absoluteDecay;
    /** Of the gradient; ∞ where it is not clipped. */
    private final double greatestNorm;
    /** Of a component of the gradient; ∞ where it is not clipped by value. */
    private final float greatestValue;

    private final List<ParameterBlock> blocks;
    private final int parameters;
    /** Runs of θ without running averages, [from, to) one after another. */
    private final int[] trained;
    /** Not in the serial form: whoever sends it sends it as it suits him. */
    private transient float[][] state;

    private long steps;

    /** An optimizer at its first step, for all of θ. */
    public Optimizer(OptimizerSpec spec, Regularization regularization, NetworkSpec network) {
        this.rule = UpdateRule.of(spec);
        this.decay = spec instanceof OptimizerSpec.AdamW adamW ? adamW.weightDecay() : 0;
        this.weightDecay = regularization.weightDecay();
        this.absoluteDecay = regularization.absoluteDecay();
        this.greatestNorm = regularization.clipNorm().orElse(Double.POSITIVE_INFINITY);
        this.greatestValue = (float) regularization.clipValue().orElse(Double.POSITIVE_INFINITY);
        this.blocks = network.parameters();
        this.parameters = network.parameterCount();
        this.trained = trained(blocks);
        this.state = new float[rule.stateArrays()][parameters];
    }

    private Optimizer(Optimizer other) {
        this.rule = other.rule;
        this.decay = other.decay;
        this.weightDecay = other.weightDecay;
        this.absoluteDecay = other.absoluteDecay;
        this.greatestNorm = other.greatestNorm;
        this.greatestValue = other.greatestValue;
        this.blocks = other.blocks;
        this.parameters = other.parameters;
        this.trained = other.trained;
        this.state = new float[other.state.length][];
        for (int k = 0; k < state.length; k++) {
            state[k] = other.state[k].clone();
        }
        this.steps = other.steps;
    }

    private static int[] trained(List<ParameterBlock> blocks) {
        int[] runs = new int[2 * blocks.size()];
        int count = 0;
        for (ParameterBlock block : blocks) {
            if (block.isTrained()) {
                if (count == 0 || runs[count - 1] != block.offset()) {
                    runs[count] = block.offset();
                    count += 2;
                }
                runs[count - 1] = block.offset() + block.size();
            }
        }
        return Arrays.copyOf(runs, count);
    }

    private void readObject(ObjectInputStream stream) throws IOException, ClassNotFoundException {
        stream.defaultReadObject();
        state = new float[rule.stateArrays()][parameters];
    }

    /** How many steps were taken. */
    public long steps() {
        return steps;
    }

    /**
     * One step: θ ← rule(g) with g = clip(gradientSum/count) + regularization.
     *
     * @param theta θ, updated in place
     * @param gradientSum Σ of the examples' gradients; overwritten where L1 or clipping by value is on
     * @param count of the examples, ≥ 1
     * @param alpha the learning rate α of this step
     * @throws IllegalArgumentException if the lengths differ from the network's or {@code count} is not positive
     */
    public void step(float[] theta, float[] gradientSum, long count, double alpha) {
        double squares = 0;
        if (clips()) {
            for (int from = 0; from < gradientSum.length; from += ChunkedSum.CHUNK) {
                squares += squares(gradientSum, from, Math.min(gradientSum.length, from + ChunkedSum.CHUNK));
            }
        }
        stepSlice(theta, gradientSum, 0, parameters, new Step(steps + 1, count, alpha, squares));
        steps++;
    }

    /**
     * What a step's slices share.
     *
     * @param number t, from 1 over the whole training
     * @param count of the examples in the gradient sum, ≥ 1
     * @param alpha the learning rate α
     * @param squares the {@linkplain #squares squares} of all of the gradient sum; asked for only where the optimizer
     *     {@linkplain #clips clips}
     */
    public record Step(long number, long count, double alpha, double squares) {
        public Step {
            if (count < 1) {
                throw new IllegalArgumentException("a gradient of " + count + " examples");
            }
        }
    }

    /** Whether the norm of the whole gradient must be known before any slice can be stepped. */
    public boolean clips() {
        return greatestNorm < Double.POSITIVE_INFINITY;
    }

    /**
     * Σ of the gradient sum's squares in [from, to), a {@link ChunkedSum} chunk or less. What stands in the places of
     * running averages is no gradient and does not count. The sums of θ's chunks, added in their order, are what
     * {@link Step} wants.
     */
    public double squares(float[] gradientSum, int from, int to) {
        double sum = 0;
        for (int run = 0; run < trained.length; run += 2) {
            int start = Math.max(from, trained[run]);
            int end = Math.min(to, trained[run + 1]);
            if (start < end) {
                sum += ChunkedSum.ofSquares(gradientSum, start, end);
            }
        }
        return sum;
    }

    /**
     * {@link #step} for θ[from..to) alone: slices that cover θ give the bits of a whole step, in any order and by any
     * threads. It does not count: {@link #stepped} does, once all slices of all steps are done.
     */
    public void stepSlice(float[] theta, float[] gradientSum, int from, int to, Step step) {
        if (theta.length != gradientSum.length) {
            throw new IllegalArgumentException(
                    "θ has " + theta.length + " elements, the gradient " + gradientSum.length);
        }
        if (theta.length != parameters) {
            throw new IllegalArgumentException("θ has " + theta.length + " elements, the network " + parameters);
        }
        float scale = (float) scale(step);
        for (int b = 0; b < blocks.size(); b++) {
            ParameterBlock block = blocks.get(b);
            int start = Math.max(from, block.offset());
            int end = Math.min(to, block.offset() + block.size());
            if (start < end) {
                stepBlock(block, theta, gradientSum, start, end, scale, step);
            }
        }
    }

    private double scale(Step step) {
        double scale = 1.0 / step.count();
        if (clips()) {
            double norm = scale * Math.sqrt(step.squares());
            if (norm > greatestNorm) {
                scale *= greatestNorm / norm;
            }
        }
        return scale;
    }

    private void stepBlock(
            ParameterBlock block, float[] theta, float[] gradient, int from, int to, float scale, Step step) {
        if (block.kind() instanceof ParameterKind.Statistic statistic) {
            // neither α nor clipping: this is an average, not a gradient
            float kept = (float) statistic.momentum();
            float taken = (float) ((1 - statistic.momentum()) / step.count());
            for (int i = from; i < to; i++) {
                theta[i] = kept * theta[i] + taken * gradient[i];
            }
            return;
        }
        double alpha = step.alpha();
        float remaining = scale;
        if (greatestValue < Float.POSITIVE_INFINITY) {
            for (int i = from; i < to; i++) {
                gradient[i] = Math.max(-greatestValue, Math.min(greatestValue, scale * gradient[i]));
            }
            remaining = 1f;
        }
        if (!block.isWeight()) {
            rule.apply(theta, gradient, state, from, to, remaining, 0f, 0, alpha, step.number());
            return;
        }
        float l1 = absoluteDecay;
        if (l1 > 0) {
            for (int i = from; i < to; i++) {
                // the sign in plain arithmetic, for SIMD: θ·2¹²⁷·2¹²⁷ is beyond ±1 for all but 0
                float sign = Math.max(-1f, Math.min(1f, theta[i] * 0x1p127f * 0x1p127f));
                gradient[i] = remaining * gradient[i] + l1 * sign;
            }
            remaining = 1f;
        }
        rule.apply(theta, gradient, state, from, to, remaining, weightDecay, decay, alpha, step.number());
    }

    /** Counts steps that were taken slice by slice. */
    public void stepped(long taken) {
        steps += taken;
    }

    /** The state for θ[from..to): copies of each of the rule's arrays there. */
    public float[][] state(int from, int to) {
        float[][] slices = new float[state.length][];
        for (int k = 0; k < state.length; k++) {
            slices[k] = Arrays.copyOfRange(state[k], from, to);
        }
        return slices;
    }

    /** Takes over the {@linkplain #state state} for θ[from..) of another of the same kind. */
    public void restore(int from, float[][] slices) {
        for (int k = 0; k < state.length; k++) {
            System.arraycopy(slices[k], 0, state[k], from, slices[k].length);
        }
    }

    /** An optimizer of its own in the same state. */
    public Optimizer copy() {
        return new Optimizer(this);
    }
}
