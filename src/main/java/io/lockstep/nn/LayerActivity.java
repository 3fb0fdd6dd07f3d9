package io.lockstep.nn;

import java.util.OptionalInt;

/**
 * What a layer did in one pass over m examples: a dense layer and all that follows it up to the next one.
 *
 * @param layer l, from 1 over the dense layers
 * @param units n[l]
 * @param activation √(mean of a²) over units and examples of what the layer hands on
 * @param signal √(Σ dZ[l]² / m): the norm of an example's ∂L/∂Z[l], in the quadratic mean over the examples. Between layers
 *     whose weights keep the variance of signals it stays of one size, whatever the layers' widths (Glorot and Bengio
 *     2010, section 4.2)
 * @param gradient ‖∂J/∂θ[l]‖, J the mean loss of the examples, without regularization
 * @param weights ‖θ[l]‖
 * @param dead ReLU units that are 0 for each of the examples, so that none of them moves their weights (Lu et al. 2019,
 *     "Dying ReLU and Initialization"); empty for other activations
 * @param saturated sigmoid and tanh units whose output lies, for at least 9 of 10 examples, within a hundredth of the
 *     function's range of one of its ends (sigmoid: below 0.01 or above 0.99, tanh: beyond ±0.98), where g' is less than 4 %
 *     of its greatest value (Glorot and Bengio 2010, section 3); empty for other activations
 */
public record LayerActivity(
        int layer,
        int units,
        double activation,
        double signal,
        double gradient,
        double weights,
        OptionalInt dead,
        OptionalInt saturated) {}
