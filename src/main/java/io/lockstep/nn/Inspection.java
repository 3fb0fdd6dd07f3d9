package io.lockstep.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * Looks into a network at work: one training pass, without dropout, over examples that stay the same, and what each layer
 * did in it. Keeps buffers of the size of θ and of the activations, so it belongs to one thread.
 */
public final class Inspection {
    private static final float NEAR_LIMIT = 0.01f;
    private static final double MOST_EXAMPLES = 0.9;

    private final NetworkSpec spec;
    private final Network network;
    private final int m;
    private final Pass pass;
    private final float[] gradient;
    /** The layer, from 1, that each position of the spec belongs to; 0 for what comes before the first dense layer. */
    private final int[] layerOf;

    private final List<Integer> units = new ArrayList<>();

    /**
     * What the passes saw.
     *
     * @param loss the mean loss of the examples, without regularization
     * @param layers from the first to the last
     */
    public record Seen(double loss, List<LayerActivity> layers) {
        public Seen {
            layers = List.copyOf(layers);
        }
    }

    /**
     * An inspection on these examples.
     *
     * @param x X (n_x, m), kept
     * @param y the targets ({@link Loss#targets}, m), kept
     * @param m how many examples, at least 1
     */
    public Inspection(NetworkSpec network, float[] x, float[] y, int m) {
        this(network, m, new DensePass(x, new float[x.length], y, m));
    }

    /** An inspection on sparse examples, all of the batch. */
    public Inspection(NetworkSpec network, SparseBatch x, float[] y) {
        this(
                network,
                x.columns(),
                (net, theta, gradient, watcher) ->
                        net.addGradient(theta, x, y, new TrainingPass(0, 0, 0, 0, 0), gradient, watcher));
    }

    private Inspection(NetworkSpec network, int m, Pass pass) {
        this.spec = network.withoutDropout();
        this.network = new Network(spec, m);
        this.m = m;
        this.pass = pass;
        this.gradient = new float[spec.parameterCount()];
        int positions = spec.layers().size();
        this.layerOf = new int[positions];
        for (int l = 0; l < positions; l++) {
            if (spec.layers().get(l) instanceof LayerSpec.Dense dense) {
                units.add(dense.units());
            }
            layerOf[l] = units.size();
        }
    }

    /** One pass over the examples; Σ L. */
    @FunctionalInterface
    private interface Pass {
        double addGradient(Network network, float[] theta, float[] gradient, PassObserver observer);
    }

    /** The pass over dense ones, a copy of which the network may overwrite. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record DensePass(float[] x, float[] input, float[] y, int m) implements Pass {
        @Override
        public double addGradient(Network network, float[] theta, float[] gradient, PassObserver observer) {
            System.arraycopy(x, 0, input, 0, x.length);
            return network.addGradient(theta, input, y, m, new TrainingPass(0, 0, 0, 0, 0), gradient, observer);
        }
    }

    /** How many layers have their {@link LayerActivity}. */
    public int layers() {
        return units.size();
    }

    /** Σ ∂L/∂θ over the examples, as the last {@link #look} saw it; the next one overwrites it. */
    public float[] gradient() {
        return gradient;
    }

    /** One pass with this θ, which is left alone. */
    public Seen look(float[] theta) {
        Arrays.fill(gradient, 0);
        Watcher watcher = new Watcher();
        double loss = pass.addGradient(network, theta, gradient, watcher) / m;
        List<LayerActivity> activities = new ArrayList<>();
        for (int layer = 1; layer <= layers(); layer++) {
            activities.add(new LayerActivity(
                    layer,
                    units.get(layer - 1),
                    Math.sqrt(watcher.outputs[layer]),
                    Math.sqrt(watcher.signals[layer] / m),
                    norm(gradient, layer) / m,
                    norm(theta, layer),
                    watcher.dead[layer],
                    watcher.saturated[layer]));
        }
        return new Seen(loss, activities);
    }

    /** Of what is trained: in a gradient's places of running averages stands no gradient. */
    private double norm(float[] values, int layer) {
        double sum = 0;
        for (ParameterBlock block : spec.parameters()) {
            if (block.layer() == layer && block.isTrained()) {
                sum += squares(values, block.offset(), block.offset() + block.size());
            }
        }
        return Math.sqrt(sum);
    }

    private static double squares(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) values[i] * values[i];
        }
        return sum;
    }

    /** Sees one pass. */
    private final class Watcher implements PassObserver {
        private final double[] outputs = new double[layers() + 1];
        private final double[] signals = new double[layers() + 1];
        private final OptionalInt[] dead = empty();
        private final OptionalInt[] saturated = empty();

        private OptionalInt[] empty() {
            OptionalInt[] counts = new OptionalInt[layers() + 1];
            Arrays.fill(counts, OptionalInt.empty());
            return counts;
        }

        @Override
        public void forward(int position, float[] output, int size) {
            int layer = layerOf[position];
            // of the parts of a layer the last one stays: it is what the layer hands on
            outputs[layer] = squares(output, 0, size) / size;
            if (spec.layers().get(position) instanceof LayerSpec.Activate activate) {
                int n = size / m;
                switch (activate.activation().kind()) {
                    case RELU -> dead[layer] = OptionalInt.of(zeroForAll(output, n));
                    case SIGMOID -> saturated[layer] = OptionalInt.of(nearLimits(output, n, 0, 1));
                    case TANH -> saturated[layer] = OptionalInt.of(nearLimits(output, n, -1, 1));
                    case IDENTITY, LEAKY_RELU -> {}
                }
            }
        }

        @Override
        public void backward(int position, float[] dOutput, int size) {
            if (spec.layers().get(position) instanceof LayerSpec.Dense) {
                signals[layerOf[position]] = squares(dOutput, 0, size);
            }
        }

        /** How many of n units are 0 in each of the m columns. */
        private int zeroForAll(float[] a, int n) {
            BitSet alive = new BitSet(n);
            for (int i = 0; i < n * m; i++) {
                // so written, NaN counts as alive: it is another trouble
                if (a[i] != 0) {
                    alive.set(i % n);
                }
            }
            return n - alive.cardinality();
        }

        /** How many of n units are near a limit in most of the m columns. */
        private int nearLimits(float[] a, int n, float low, float high) {
            float margin = NEAR_LIMIT * (high - low);
            int[] near = new int[n];
            for (int i = 0; i < n * m; i++) {
                if (a[i] < low + margin || a[i] > high - margin) {
                    near[i % n]++;
                }
            }
            return (int) Arrays.stream(near)
                    .filter(count -> count >= MOST_EXAMPLES * m)
                    .count();
        }
    }
}
