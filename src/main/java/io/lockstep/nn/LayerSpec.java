package io.lockstep.nn;

import java.io.Serializable;
import java.util.List;

/**
 * What a layer is, without its numbers: the shape it makes of its input and the parameters it wants in θ. A value that
 * travels to executors and into {@code model.json}; {@link #build} makes the {@link Layer} that computes.
 */
public sealed interface LayerSpec extends Serializable {

    /** The shape of an output example. */
    Shape output(Shape input);

    /** The parameters in their order in θ; empty for a layer that has none. */
    default List<Parameter> parameters(Shape input) {
        return List.of();
    }

    /**
     * The layer at work, with buffers for {@code capacity} examples.
     *
     * @param position of the layer in the network, from 0: the name of its random stream
     * @param offset where the layer's parameters begin in θ
     */
    Layer build(Shape input, int position, int offset, int capacity);

    /**
     * A parameter of a layer.
     *
     * @param name {@code weight} or {@code bias}
     * @param rows n, the layer's units
     * @param columns p, the units below; 1 for a bias
     */
    record Parameter(String name, int rows, int columns) {
        int size() {
            return Math.multiplyExact(rows, columns);
        }
    }

    /** Z = W·A + b, W (units, input size). */
    record Dense(int units) implements LayerSpec {
        public Dense {
            if (units < 1) {
                throw new IllegalArgumentException("a dense layer has at least one unit, got " + units);
            }
        }

        @Override
        public Shape output(Shape input) {
            return new Shape.Vector(units);
        }

        @Override
        public List<Parameter> parameters(Shape input) {
            return List.of(new Parameter("weight", units, input.size()), new Parameter("bias", units, 1));
        }

        @Override
        public Layer build(Shape input, int position, int offset, int capacity) {
            return new DenseLayer(units, input.size(), offset, capacity);
        }
    }

    /** A = g(Z), element by element. */
    record Activate(Activation activation) implements LayerSpec {
        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public Layer build(Shape input, int position, int offset, int capacity) {
            return new ActivationLayer(activation, input.size());
        }
    }

    /**
     * Inverted dropout: each element is zeroed with probability {@code rate} and the others are divided by 1 − rate; the
     * identity outside training (notes, "Dropout implementation (Inverted dropout)", keep_prob = 1 − rate).
     */
    record Dropout(double rate) implements LayerSpec {
        public Dropout {
            if (!(rate >= 0 && rate < 1)) {
                throw new IllegalArgumentException("a dropout rate is in [0, 1), got " + rate);
            }
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public Layer build(Shape input, int position, int offset, int capacity) {
            return new DropoutLayer(rate, position, input.size(), capacity);
        }
    }
}
