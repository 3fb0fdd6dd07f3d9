package io.lockstep.nn;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * A finished network without its batch normalizations and its dropout: what they do at inference, y = s∗x + t with
 * s = γ/√(σ² + ε) and t = β − s∗μ, is folded into W and b of a dense layer.
 *
 * <ul>
 *   <li>Before the activation, into the layer below: W' = diag(s)·W, b' = t.
 *   <li>After the activation, into the layer above: W' = W·diag(s), b' = b + W·t.
 * </ul>
 *
 * Worked out in double and rounded once, so outputs agree with the unfolded network's to float32's precision.
 *
 * @param spec the network without {@link LayerSpec.BatchNorm} and {@link LayerSpec.Dropout}
 * @param theta its θ; the one that was given, where there is nothing to fold
 */
@SuppressWarnings("ArrayRecordComponent") // a value to take apart, never compared
public record FoldedNetwork(NetworkSpec spec, float[] theta) {

    /**
     * Folds.
     *
     * @param theta θ of {@code network}, left alone
     * @throws IllegalArgumentException if θ is not of the network's length
     */
    public static FoldedNetwork of(NetworkSpec network, float[] theta) {
        if (theta.length != network.parameterCount()) {
            throw new IllegalArgumentException("θ has " + theta.length + " elements, not " + network.parameterCount());
        }
        if (!network.normalizesBatches()) {
            return new FoldedNetwork(spec(network), theta);
        }
        return new FoldedNetwork(spec(network), new Folding(network, theta).fold());
    }

    /** What a network is when it is folded, whatever its θ. */
    public static NetworkSpec spec(NetworkSpec network) {
        List<LayerSpec> layers = new ArrayList<>();
        for (LayerSpec layer : network.layers()) {
            if (layer instanceof LayerSpec.Dense dense) {
                layers.add(new LayerSpec.Dense(dense.units()));
            } else if (layer instanceof LayerSpec.Activate) {
                layers.add(layer);
            }
        }
        return new NetworkSpec(network.input(), layers, network.loss());
    }

    /** What a batch normalization does at inference: s∗x + t. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Transform(double[] s, double[] t) {
        static Transform of(double[] gamma, double[] beta, double[] mean, double[] variance, double epsilon) {
            double[] s = new double[gamma.length];
            double[] t = new double[gamma.length];
            for (int i = 0; i < s.length; i++) {
                s[i] = gamma[i] / Math.sqrt(variance[i] + epsilon);
                t[i] = beta[i] - s[i] * mean[i];
            }
            return new Transform(s, t);
        }
    }

    /** W (n, p) and b (n) of a dense layer in double. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Affine(double[] w, double[] b) {

        /** s∗(W·x + b) + t. */
        void fold(Transform above) {
            int n = b.length;
            for (int column = 0; column < w.length; column += n) {
                for (int i = 0; i < n; i++) {
                    w[column + i] *= above.s()[i];
                }
            }
            for (int i = 0; i < n; i++) {
                b[i] = above.s()[i] * b[i] + above.t()[i];
            }
        }

        /** W·(s∗x + t) + b. */
        void foldInput(Transform below) {
            int n = b.length;
            for (int k = 0; k < below.s().length; k++) {
                for (int i = 0; i < n; i++) {
                    b[i] += w[k * n + i] * below.t()[k];
                    w[k * n + i] *= below.s()[k];
                }
            }
        }
    }

    /** One way through the layers, from below. */
    private static final class Folding {
        private final NetworkSpec network;
        private final float[] theta;
        private final Iterator<ParameterBlock> blocks;
        private final List<Affine> affines = new ArrayList<>();
        /** For the next dense layer. */
        private Optional<Transform> pending = Optional.empty();

        Folding(NetworkSpec network, float[] theta) {
            this.network = network;
            this.theta = theta;
            this.blocks = network.parameters().iterator();
        }

        float[] fold() {
            LayerSpec below = network.layers().get(0);
            for (LayerSpec layer : network.layers()) {
                if (layer instanceof LayerSpec.Dense dense) {
                    add(dense);
                } else if (layer instanceof LayerSpec.BatchNorm norm) {
                    Transform transform = Transform.of(next(), next(), next(), next(), norm.epsilon());
                    if (below instanceof LayerSpec.Dense) {
                        affines.get(affines.size() - 1).fold(transform);
                    } else {
                        pending = Optional.of(transform);
                    }
                }
                below = layer;
            }
            return joined();
        }

        private void add(LayerSpec.Dense dense) {
            double[] w = next();
            Affine affine = new Affine(w, dense.bias() == LayerSpec.Bias.LEARNT ? next() : new double[dense.units()]);
            pending.ifPresent(affine::foldInput);
            pending = Optional.empty();
            affines.add(affine);
        }

        private double[] next() {
            ParameterBlock block = blocks.next();
            double[] values = new double[block.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = theta[block.offset() + i];
            }
            return values;
        }

        /** θ of the folded network. */
        private float[] joined() {
            int size = affines.stream()
                    .mapToInt(affine -> affine.w().length + affine.b().length)
                    .sum();
            float[] folded = new float[size];
            int at = 0;
            for (Affine affine : affines) {
                for (double[] values : List.of(affine.w(), affine.b())) {
                    for (double value : values) {
                        folded[at++] = (float) value;
                    }
                }
            }
            return folded;
        }
    }
}
