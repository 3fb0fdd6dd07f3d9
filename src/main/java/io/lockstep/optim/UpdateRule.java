package io.lockstep.optim;

import java.io.Serializable;

/**
 * One optimizer's arithmetic on a slice of θ. Lifecycle: the state arrays start at zero, live as long as the training,
 * and have θ's length; each step calls {@link #apply} for every index exactly once, with the same t. What happens to an
 * index depends on nothing at other indexes, so a step may be cut into slices without changing a bit.
 *
 * <p>g stands for scale·gradient + l2·θ below; the arithmetic is in float, but for 1 − β, of which float would leave few digits.
 */
interface UpdateRule extends Serializable {

    /** How many arrays of θ's length the rule keeps. */
    int stateArrays();

    /**
     * θ[from..to) ← the rule's new values.
     *
     * @param gradient what, times {@code scale}, is the gradient before L2
     * @param l2 λ₂/m for weights, 0 for biases
     * @param decay the decoupled weight decay, 0 for biases and for all rules but adamw
     * @param alpha the learning rate α of this step
     * @param t the step, from 1 over the whole training
     */
    void apply(
            float[] theta,
            float[] gradient,
            float[][] state,
            int from,
            int to,
            float scale,
            float l2,
            double decay,
            double alpha,
            long t);

    /** The rule of {@code spec}. */
    static UpdateRule of(OptimizerSpec spec) {
        if (spec instanceof OptimizerSpec.Sgd) {
            return new Sgd();
        } else if (spec instanceof OptimizerSpec.Momentum momentum) {
            return new Momentum(momentum.beta());
        } else if (spec instanceof OptimizerSpec.Nesterov nesterov) {
            return new Nesterov(nesterov.beta());
        } else if (spec instanceof OptimizerSpec.RmsProp rmsProp) {
            return new RmsProp(rmsProp.beta(), (float) rmsProp.epsilon());
        } else if (spec instanceof OptimizerSpec.Adam adam) {
            return new Adam(adam.beta1(), adam.beta2(), (float) adam.epsilon());
        } else if (spec instanceof OptimizerSpec.AdamW adamW) {
            return new Adam(adamW.beta1(), adamW.beta2(), (float) adamW.epsilon());
        }
        throw new IllegalArgumentException("no rule for " + spec);
    }

    /** θ ← θ − α·g (notes, "Gradient Descent"). */
    record Sgd() implements UpdateRule {
        @Override
        public int stateArrays() {
            return 0;
        }

        @Override
        public void apply(
                float[] theta,
                float[] gradient,
                float[][] state,
                int from,
                int to,
                float scale,
                float l2,
                double decay,
                double alpha,
                long t) {
            float a = (float) alpha;
            for (int i = from; i < to; i++) {
                theta[i] -= a * (scale * gradient[i] + l2 * theta[i]);
            }
        }
    }

    /**
     * V ← βV + (1−β)g; θ ← θ − α·V (notes, "Gradient Descent with Momentum"). PyTorch's V lacks the factor 1−β, so its α
     * is this one times 1−β.
     */
    record Momentum(double beta) implements UpdateRule {
        @Override
        public int stateArrays() {
            return 1;
        }

        @Override
        public void apply(
                float[] theta,
                float[] gradient,
                float[][] state,
                int from,
                int to,
                float scale,
                float l2,
                double decay,
                double alpha,
                long t) {
            float a = (float) alpha;
            float[] v = state[0];
            float b = (float) beta;
            float rest = (float) (1 - beta);
            for (int i = from; i < to; i++) {
                float g = scale * gradient[i] + l2 * theta[i];
                v[i] = b * v[i] + rest * g;
                theta[i] -= a * v[i];
            }
        }
    }

    /**
     * V ← βV + (1−β)g; θ ← θ − α·(βV + (1−β)g): momentum, with the gradient taken as if the next step of V had been made.
     * The form of Sutskever et al. 2013 (eq. 3 and 4) rewritten in the variable that the loss is computed at, as Bengio
     * et al. 2013 (<a href="https://arxiv.org/abs/1212.0901">section 3.5</a>) do; scaled by 1−β like {@link Momentum},
     * so PyTorch's α is this one times 1−β here too.
     */
    record Nesterov(double beta) implements UpdateRule {
        @Override
        public int stateArrays() {
            return 1;
        }

        @Override
        public void apply(
                float[] theta,
                float[] gradient,
                float[][] state,
                int from,
                int to,
                float scale,
                float l2,
                double decay,
                double alpha,
                long t) {
            float a = (float) alpha;
            float[] v = state[0];
            float b = (float) beta;
            float rest = (float) (1 - beta);
            for (int i = from; i < to; i++) {
                float g = scale * gradient[i] + l2 * theta[i];
                v[i] = b * v[i] + rest * g;
                theta[i] -= a * (b * v[i] + rest * g);
            }
        }
    }

    /**
     * S ← βS + (1−β)g²; θ ← θ − α·g/(√S + ε), ε outside the root as in Adam and in PyTorch (whose {@code alpha} is β,
     * 0.99 by default); the notes put it inside (Hinton's lecture 6e has none).
     */
    record RmsProp(double beta, float epsilon) implements UpdateRule {
        @Override
        public int stateArrays() {
            return 1;
        }

        @Override
        public void apply(
                float[] theta,
                float[] gradient,
                float[][] state,
                int from,
                int to,
                float scale,
                float l2,
                double decay,
                double alpha,
                long t) {
            float a = (float) alpha;
            float[] s = state[0];
            float b = (float) beta;
            float rest = (float) (1 - beta);
            for (int i = from; i < to; i++) {
                float g = scale * gradient[i] + l2 * theta[i];
                s[i] = b * s[i] + rest * (g * g);
                theta[i] -= a * g / ((float) Math.sqrt(s[i]) + epsilon);
            }
        }
    }

    /**
     * m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − α·m̂/(√v̂ + ε), with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ), t from 1. The
     * notes put ε inside the root; the paper and PyTorch have it outside, and so has this. AdamW first takes
     * θ ← θ − α·decay·θ with the schedule's α, as PyTorch does, where the paper has a schedule of the decay's own; it
     * spares the biases, which PyTorch does where they are in a group without decay.
     *
     * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015, algorithm 1</a>
     * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019, algorithm 2</a>
     */
    record Adam(double beta1, double beta2, float epsilon) implements UpdateRule {
        private static final int BLOCK = 1024;

        @Override
        public int stateArrays() {
            return 2;
        }

        @Override
        public void apply(
                float[] theta,
                float[] gradient,
                float[][] state,
                int from,
                int to,
                float scale,
                float l2,
                double decay,
                double alpha,
                long t) {
            float[] m = state[0];
            float[] v = state[1];
            float b1 = (float) beta1;
            float b2 = (float) beta2;
            float rest1 = (float) (1 - beta1);
            float rest2 = (float) (1 - beta2);
            // α·m̂ = (α/(1−β₁ᵗ))·m and √v̂ = √v·(1/√(1−β₂ᵗ))
            float step = (float) (alpha / (1 - Math.pow(beta1, (double) t)));
            float root = (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) t)));
            float keep = (float) (1 - alpha * decay);
            // two loops over what the first-level cache holds: of one with all of it, C2 makes scalar code in one JVM
            // of
            // four, which takes five times as long
            for (int start = from; start < to; start += BLOCK) {
                int end = Math.min(start + BLOCK, to);
                for (int i = start; i < end; i++) {
                    float g = scale * gradient[i] + l2 * theta[i];
                    m[i] = b1 * m[i] + rest1 * g;
                    v[i] = b2 * v[i] + rest2 * (g * g);
                }
                for (int i = start; i < end; i++) {
                    theta[i] = keep * theta[i] - step * m[i] / ((float) Math.sqrt(v[i]) * root + epsilon);
                }
            }
        }
    }
}
