package io.lockstep.nn;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
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
        requireNormalizedOnce(layers);
    }

    /** A batch normalization belongs to one dense layer: on it, then without a bias, or on its activation. */
    private static void requireNormalizedOnce(List<LayerSpec> layers) {
        int number = 0;
        int normalized = 0;
        int normalizedActivation = 0;
        for (int l = 0; l < layers.size(); l++) {
            LayerSpec layer = layers.get(l);
            if (layer instanceof LayerSpec.Dense) {
                number++;
            } else if (layer instanceof LayerSpec.Activate && number > 0 && normalizedActivation == number) {
                throw new IllegalArgumentException(
                        "dense layer " + number + " has an activation on the batch normalization of its activation");
            } else if (layer instanceof LayerSpec.BatchNorm) {
                LayerSpec below = l > 0 ? layers.get(l - 1) : layer;
                boolean onActivation = below instanceof LayerSpec.Activate;
                if (number == 0 || !(onActivation || below instanceof LayerSpec.Dense)) {
                    throw new IllegalArgumentException("a batch normalization stands right on a dense layer or on its"
                            + " activation: layer " + l + " from below");
                }
                if (normalized == number) {
                    throw new IllegalArgumentException("dense layer " + number + " has two batch normalizations");
                }
                if (below instanceof LayerSpec.Dense dense && dense.bias() == LayerSpec.Bias.LEARNT) {
                    throw new IllegalArgumentException("dense layer " + number + " has a bias, which the batch"
                            + " normalization on it takes out again: give it none");
                }
                normalized = number;
                normalizedActivation = onActivation ? number : normalizedActivation;
            }
        }
    }

    /** Whether a layer is normalized by the statistics of its mini-batch. */
    public boolean normalizesBatches() {
        return layers.stream().anyMatch(LayerSpec.BatchNorm.class::isInstance);
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
            if (layer instanceof LayerSpec.Dense) {
                number++;
            }
            for (LayerSpec.Parameter parameter : parameters) {
                blocks.add(new ParameterBlock(
                        number, parameter.name(), parameter.kind(), offset, parameter.rows(), parameter.columns()));
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
     * that changing one layer leaves the others' draws alone; biases and β zero, γ one, running averages 0 and 1.
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
            } else {
                Arrays.fill(
                        theta,
                        block.offset(),
                        block.offset() + block.size(),
                        block.kind().start());
            }
        }
        return theta;
    }

    /** What follows each dense layer, for its initializer: the next activation, identity for the logits. */
    private List<Activation> activationsByNumber() {
        List<Activation> activations = new ArrayList<>();
        for (LayerSpec layer : layers) {
            if (layer instanceof LayerSpec.Dense) {
                activations.add(Activation.of(Activation.Kind.IDENTITY));
            } else if (layer instanceof LayerSpec.Activate activate && !activations.isEmpty()) {
                activations.set(activations.size() - 1, activate.activation());
            }
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
