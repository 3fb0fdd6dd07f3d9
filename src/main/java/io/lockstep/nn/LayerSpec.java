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
     * @param name e.g. {@code weight} or {@code bias}
     * @param kind what its numbers are to the optimizer
     * @param rows n, the layer's units
     * @param columns p, the units below; 1 for all but a weight
     */
    record Parameter(String name, ParameterKind kind, int rows, int columns) {
        int size() {
            return Math.multiplyExact(rows, columns);
        }
    }

    /** Whether a dense layer has a b. */
    enum Bias {
        /** Z = W·A + b. */
        LEARNT,
        /** Z = W·A: for a batch normalization right above, which would take b out again and has its β. */
        NONE
    }

    /** Z = W·A + b, W (units, input size). */
    record Dense(int units, Bias bias) implements LayerSpec {
        public Dense {
            if (units < 1) {
                throw new IllegalArgumentException("a dense layer has at least one unit, got " + units);
            }
        }

        /** A layer with its bias. */
        public Dense(int units) {
            this(units, Bias.LEARNT);
        }

        @Override
        public Shape output(Shape input) {
            return new Shape.Vector(units);
        }

        @Override
        public List<Parameter> parameters(Shape input) {
            Parameter weight = new Parameter("weight", ParameterKind.WEIGHT, units, input.size());
            return bias == Bias.NONE
                    ? List.of(weight)
                    : List.of(weight, new Parameter("bias", new ParameterKind.Offset(0), units, 1));
        }

        @Override
        public Layer build(Shape input, int position, int offset, int capacity) {
            return new DenseLayer(units, input.size(), bias, offset, capacity);
        }
    }

    /**
     * Batch normalization of each unit: y = γ·x̂ + β with x̂ = (x − μ)/√(σ² + ε) (Ioffe and Szegedy 2015, algorithm 1; notes,
     * "Batch normalization"). Belongs to the dense layer below, whose output or activation it normalizes.
     *
     * <p><b>In training</b> μ and σ² are those of the examples of one pass through the network, a shard's slice of the
     * mini-batch (ghost batch norm, Hoffer et al. 2017), so that they do not depend on which machine computes what; σ² is
     * (1/m)·Σ(x − μ)². With a single example x̂ is 0 and y is β.
     *
     * <p><b>Otherwise</b> they are running averages, from 0 and 1: running ← momentum·running + (1−momentum)·s̄, once a
     * step, with s̄ the mean of μ or σ² over the mini-batch's passes, each by its examples.
     *
     * <p><b>Elsewhere.</b> The paper averages m/(m−1)·σ² instead, and so does PyTorch, whose {@code momentum} is
     * 1 − momentum besides (0.1 for 0.9), while its normalization takes σ² as here. The notes average σ² itself, as here and
     * as Keras does outside its fused kernel. The two differ by 1/m: 0.4 % for 256 examples.
     *
     * @param momentum of the running averages, in [0, 1)
     * @param epsilon ε &gt; 0; inside the root
     * @see <a href="https://arxiv.org/abs/1502.03167">Ioffe and Szegedy 2015</a>
     * @see <a href="https://arxiv.org/abs/1705.08741">Hoffer, Hubara and Soudry 2017</a>
     */
    record BatchNorm(double momentum, double epsilon) implements LayerSpec {
        public BatchNorm {
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException("a batch normalization's momentum is in [0, 1), got " + momentum);
            }
            if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a batch normalization's epsilon is > 0, got " + epsilon);
            }
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public List<Parameter> parameters(Shape input) {
            int n = input.size();
            return List.of(
                    new Parameter("gamma", new ParameterKind.Offset(1), n, 1),
                    new Parameter("beta", new ParameterKind.Offset(0), n, 1),
                    new Parameter("running_mean", new ParameterKind.Statistic(0, momentum), n, 1),
                    new Parameter("running_variance", new ParameterKind.Statistic(1, momentum), n, 1));
        }

        @Override
        public Layer build(Shape input, int position, int offset, int capacity) {
            return new BatchNormLayer(epsilon, input.size(), offset, capacity);
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
