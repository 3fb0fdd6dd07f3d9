package io.lockstep.nn;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A feed-forward network without its numbers: from the input's shape through the layers to the logits, which the loss
 * turns into predictions.
 *
 * @param input the shape of an example
 * @param layers from the first to the one that makes the logits
 * @param loss gives the output function as well
 */
public record NetworkSpec(Shape input, List<LayerSpec> layers, Loss loss) implements Serializable {

    public NetworkSpec {
        layers = List.copyOf(layers);
        if (layers.isEmpty() || !(layers.get(layers.size() - 1) instanceof LayerSpec.Dense)) {
            throw new IllegalArgumentException("the last layer must be dense, it makes the logits");
        }
    }

    /** The same network without its dropout layers, over the same θ: what inference and the gradient check compute. */
    public NetworkSpec withoutDropout() {
        return new NetworkSpec(
                input,
                layers.stream()
                        .filter(layer -> !(layer instanceof LayerSpec.Dropout))
                        .toList(),
                loss);
    }

    /** The number of logits of an example, n[L]. */
    public int outputs() {
        Shape shape = input;
        for (LayerSpec layer : layers) {
            shape = layer.output(shape);
        }
        return shape.size();
    }

    /** The views into θ, in order; together they cover it without a gap. */
    public List<ParameterBlock> parameters() {
        List<ParameterBlock> blocks = new ArrayList<>();
        Shape shape = input;
        int number = 0;
        int offset = 0;
        for (LayerSpec layer : layers) {
            List<LayerSpec.Parameter> parameters = layer.parameters(shape);
            if (!parameters.isEmpty()) {
                number++;
            }
            for (LayerSpec.Parameter parameter : parameters) {
                blocks.add(new ParameterBlock(number, parameter.name(), offset, parameter.rows(), parameter.columns()));
                offset = Math.addExact(offset, parameter.size());
            }
            shape = layer.output(shape);
        }
        return List.copyOf(blocks);
    }

    /** The length of θ. */
    public int parameterCount() {
        return parameters().stream().mapToInt(ParameterBlock::size).reduce(0, Math::addExact);
    }

    /**
     * θ before the first step: weights drawn as {@code initializer} says, from a stream of its own for each layer, so
     * that changing one layer leaves the others' draws alone; biases zero.
     */
    public float[] initialize(Initializer initializer, long seed) {
        float[] theta = new float[parameterCount()];
        List<Activation> activations = activationsByNumber();
        for (ParameterBlock block : parameters()) {
            if (block.isWeight()) {
                double deviation = initializer.standardDeviation(
                        block.columns(), block.rows(), activations.get(block.layer() - 1));
                RandomStream stream = RandomStream.of(seed, Purpose.INITIALIZATION, 0, 0, 0, block.layer());
                for (int i = 0; i < block.size(); i++) {
                    // + 0 makes the −0 of a zero deviation 0
                    theta[block.offset() + i] = (float) (deviation * stream.gaussian(i) + 0.0);
                }
            }
        }
        return theta;
    }

    /** What follows each layer that has parameters, for its initializer: the next activation, identity for the logits. */
    private List<Activation> activationsByNumber() {
        List<Activation> activations = new ArrayList<>();
        Shape shape = input;
        for (LayerSpec layer : layers) {
            if (!layer.parameters(shape).isEmpty()) {
                activations.add(Activation.of(Activation.Kind.IDENTITY));
            } else if (layer instanceof LayerSpec.Activate activate && !activations.isEmpty()) {
                activations.set(activations.size() - 1, activate.activation());
            }
            shape = layer.output(shape);
        }
        return activations;
    }

    /** A layer in words for messages, e.g. {@code layer 2 (dense 100, relu)}. */
    public String describeLayer(int number) {
        int units = parameters().stream()
                .filter(block -> block.layer() == number)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no layer " + number))
                .rows();
        Activation.Kind kind = activationsByNumber().get(number - 1).kind();
        return "layer " + number + " (dense " + units
                + (kind == Activation.Kind.IDENTITY ? ", output" : ", " + kind.configName()) + ")";
    }
}
