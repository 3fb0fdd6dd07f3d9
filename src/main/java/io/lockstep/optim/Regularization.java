package io.lockstep.optim;

import io.lockstep.nn.ParameterBlock;
import java.util.OptionalDouble;

/**
 * What is done to the mean gradient g before the optimizer sees it, in this order: clip to a global norm, clip each
 * component, then add the gradient of λ₂/(2m)·Σ‖W‖²_F + λ₁/(2m)·Σ|w| (notes, "Neural network regularization"). Biases are never regularized.
 *
 * <p>PyTorch's {@code weight_decay} is λ₂/m, on a group of parameters that has the weights alone; L1 is a term
 * λ₁/(2m)·Σ|w| of its loss. {@code clip_grad_norm_} comes before {@code weight_decay} as here, but clips an L1 that
 * stands in the loss as well, and divides by ‖g‖₂ + 10⁻⁶, which here is ‖g‖₂: a gradient that is clipped has the very
 * norm that was asked for.
 *
 * @param l2 λ₂
 * @param l1 λ₁
 * @param clipNorm the greatest ‖g‖₂ (Pascanu, Mikolov and Bengio 2013, algorithm 1); empty for no clipping
 * @param clipValue the greatest |gᵢ| (what lies beyond is set to it); empty for no clipping. Frameworks leave the order
 *     of the two to the user (PyTorch) or refuse them together (Keras); either order keeps both bounds. The norm goes first
 *     here, so that it is that of the mean gradient as it came.
 * @param examples m, the training examples
 */
public record Regularization(double l2, double l1, OptionalDouble clipNorm, OptionalDouble clipValue, long examples) {

    public Regularization {
        if (!(l2 >= 0) || !(l1 >= 0)) {
            throw new IllegalArgumentException("λ must not be negative: l2 " + l2 + ", l1 " + l1);
        }
        if (examples < 1) {
            throw new IllegalArgumentException("regularization is shared among the examples, there are " + examples);
        }
    }

    /** Without clipping by value. */
    public Regularization(double l2, double l1, OptionalDouble clipNorm, long examples) {
        this(l2, l1, clipNorm, OptionalDouble.empty(), examples);
    }

    /** λ₂ and λ₁ zero, no clipping. */
    public static Regularization none() {
        return new Regularization(0, 0, OptionalDouble.empty(), 1);
    }

    /** λ₂/m: the factor of W in the gradient. */
    float weightDecay() {
        return (float) (l2 / examples);
    }

    /** λ₁/(2m): the factor of sign(w) in the gradient. */
    float absoluteDecay() {
        return (float) (l1 / (2.0 * examples));
    }

    /** The regularization's part of the cost J, for the weights of {@code theta}. */
    public double cost(float[] theta, Iterable<ParameterBlock> blocks) {
        if (l2 == 0 && l1 == 0) {
            return 0;
        }
        double squares = 0;
        double absolutes = 0;
        for (ParameterBlock block : blocks) {
            if (block.isWeight()) {
                for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                    squares += (double) theta[i] * theta[i];
                    absolutes += Math.abs(theta[i]);
                }
            }
        }
        return (l2 * squares + l1 * absolutes) / (2.0 * examples);
    }
}
