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
    private final float[] x;
    private final float[] y;
    private final float[] input;
    private final float[] gradient;
    /** The layer, from 1, that each position of the spec belongs to; 0 for what comes before the first dense layer. */
    private final int[] layerOf;

    private final int[] units;
    /** Where the parameters of layer l begin in θ, from [1] on; behind the last layer its end. */
    private final int[] offsets;

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
        this.spec = network.withoutDropout();
        this.network = new Network(spec, m);
        this.m = m;
        this.x = x;
        this.y = y;
        this.input = new float[x.length];
        this.gradient = new float[spec.parameterCount()];
        int positions = spec.layers().size();
        this.layerOf = new int[positions];
        this.units = new int[positions + 1];
        int[] starts = new int[positions + 2];
        int layer = 0;
        int offset = 0;
        Shape shape = spec.input();
        for (int l = 0; l < positions; l++) {
            LayerSpec part = spec.layers().get(l);
            if (part instanceof LayerSpec.Dense dense) {
                layer++;
                starts[layer] = offset;
                units[layer] = dense.units();
            }
            layerOf[l] = layer;
            for (LayerSpec.Parameter parameter : part.parameters(shape)) {
                offset += parameter.size();
            }
            shape = part.output(shape);
        }
        starts[layer + 1] = offset;
        this.offsets = Arrays.copyOf(starts, layer + 2);
    }

    /** How many layers have their {@link LayerActivity}. */
    public int layers() {
        return offsets.length - 2;
    }

    /** Where the parameters of layer l, from 1, begin in θ; l = {@link #layers} + 1 stands for the end. */
    public int offset(int layer) {
        return offsets[layer];
    }

    /** One pass with this θ, which is left alone. */
    public Seen look(float[] theta) {
        Arrays.fill(gradient, 0);
        System.arraycopy(x, 0, input, 0, x.length);
        Watcher watcher = new Watcher();
        double loss = network.addGradient(theta, input, y, m, new TrainingPass(0, 0, 0, 0, 0), gradient, watcher) / m;
        List<LayerActivity> activities = new ArrayList<>();
        for (int layer = 1; layer <= layers(); layer++) {
            activities.add(new LayerActivity(
                    layer,
                    units[layer],
                    Math.sqrt(watcher.outputs[layer]),
                    Math.sqrt(watcher.signals[layer] / m),
                    norm(gradient, layer) / m,
                    norm(theta, layer),
                    watcher.dead[layer],
                    watcher.saturated[layer]));
        }
        return new Seen(loss, activities);
    }

    private double norm(float[] values, int layer) {
        return Math.sqrt(squares(values, offsets[layer], offsets[layer + 1]));
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
