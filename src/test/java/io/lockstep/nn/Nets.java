package io.lockstep.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Seeded networks with examples for tests. */
final class Nets {

    /** A network at some θ with m examples and their targets; never compared, so arrays do no harm. */
    @SuppressWarnings("ArrayRecordComponent")
    record Case(NetworkSpec spec, float[] theta, float[] x, float[] y, int m) {
        @Override
        public String toString() {
            return spec.input().size() + " " + spec.layers() + " " + spec.loss() + " m=" + m;
        }

        double[] wideTheta() {
            return widen(theta);
        }

        double[] wideX() {
            return widen(x);
        }

        double[] wideY() {
            return widen(y);
        }
    }

    static final List<Activation> ACTIVATIONS = List.of(
            Activation.of(Activation.Kind.IDENTITY),
            Activation.of(Activation.Kind.SIGMOID),
            Activation.of(Activation.Kind.TANH),
            Activation.of(Activation.Kind.RELU),
            Activation.of(Activation.Kind.LEAKY_RELU),
            Activation.leakyRelu(0.3));

    static final List<Loss> LOSSES = List.of(
            Loss.SOFTMAX_CROSS_ENTROPY,
            Loss.SIGMOID_CROSS_ENTROPY,
            Loss.HALVED_SQUARED,
            Loss.huber(1),
            Loss.huber(0.35));

    /** No hidden layer, single units, single examples, wide, deep, odd. Sizes from the input to the output; then m. */
    private static final int[][] SHAPES = {
        {5, 3, 4},
        {1, 1, 1},
        {1, 1, 1, 1},
        {7, 1, 3, 5},
        {9, 13, 11, 3, 1},
        {3, 129, 2, 6},
        {31, 5, 7, 3, 5, 4, 9},
        {2, 3, 33, 17}
    };

    private Nets() {}

    /** Each activation with each loss in each shape. */
    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        long seed = 1;
        for (Loss loss : LOSSES) {
            for (Activation activation : ACTIVATIONS) {
                for (int[] shape : SHAPES) {
                    int[] sizes = Arrays.copyOf(shape, shape.length - 1);
                    cases.add(of(spec(loss, activation, sizes), shape[shape.length - 1], seed++));
                }
            }
        }
        return cases;
    }

    /** Dense layers of these sizes with an activation between each two; the first is the input's. */
    static NetworkSpec spec(Loss loss, Activation activation, int... sizes) {
        List<LayerSpec> layers = new ArrayList<>();
        for (int l = 1; l < sizes.length; l++) {
            layers.add(new LayerSpec.Dense(sizes[l]));
            if (l < sizes.length - 1) {
                layers.add(new LayerSpec.Activate(activation));
            }
        }
        return new NetworkSpec(new Shape.Vector(sizes[0]), layers, loss);
    }

    /** The network at a random θ, biases too, with random examples that keep away from kinks. */
    static Case of(NetworkSpec spec, int m, long seed) {
        Random random = new Random(seed);
        float[] theta = new float[spec.parameterCount()];
        for (ParameterBlock block : spec.parameters()) {
            double deviation = block.isWeight() ? Math.sqrt(1.5 / block.columns()) : 0.3;
            for (int i = 0; i < block.size(); i++) {
                double value = block.kind().start() + deviation * random.nextGaussian();
                // a variance stays clear of zero
                theta[block.offset() + i] =
                        (float) (block.name().equals("running_variance") ? 0.1 + Math.abs(value) : value);
            }
        }
        return new Case(spec, theta, examples(spec, theta, m, random), targets(spec, m, random), m);
    }

    /** Float32 and float64 may fall on two sides of a ReLU's kink, where no gradient is right: z stays 10⁻⁴ away. */
    private static float[] examples(NetworkSpec spec, float[] theta, int m, Random random) {
        ReferenceNetwork reference = new ReferenceNetwork(spec);
        int n = spec.input().size();
        float[] x = new float[n * m];
        // where an example's z depends on the others, all are drawn again
        int together = spec.normalizesBatches() ? m : 1;
        for (int first = 0; first < m; first += together) {
            List<double[][]> trace;
            do {
                for (int i = first * n; i < (first + together) * n; i++) {
                    x[i] = (float) random.nextGaussian();
                }
                trace = reference.trace(
                        widen(theta), widen(Arrays.copyOfRange(x, first * n, (first + together) * n)), together);
            } while (besideAKink(spec, trace));
        }
        return x;
    }

    private static boolean besideAKink(NetworkSpec spec, List<double[][]> trace) {
        for (int l = 0; l < spec.layers().size(); l++) {
            if (spec.layers().get(l) instanceof LayerSpec.Activate) {
                for (double[] example : trace.get(l)) {
                    for (double z : example) {
                        if (Math.abs(z) < 1e-4) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    static float[] targets(NetworkSpec spec, int m, Random random) {
        int outputs = spec.outputs();
        float[] y = new float[spec.loss().targets(outputs) * m];
        for (int i = 0; i < y.length; i++) {
            y[i] = switch (spec.loss().kind()) {
                case SOFTMAX_CROSS_ENTROPY -> random.nextInt(outputs);
                case SIGMOID_CROSS_ENTROPY -> random.nextInt(2);
                case HALVED_SQUARED -> (float) random.nextGaussian();
                // errors on both sides of δ
                case HUBER -> (float) (2 * random.nextGaussian());
            };
        }
        return y;
    }

    static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /** ‖a − b‖ / (‖a‖ + ‖b‖); 0 if both are zero. */
    static double relativeDifference(double[] a, double[] b) {
        double difference = 0;
        double sizeA = 0;
        double sizeB = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            sizeA += a[i] * a[i];
            sizeB += b[i] * b[i];
        }
        return difference == 0 ? 0 : Math.sqrt(difference) / (Math.sqrt(sizeA) + Math.sqrt(sizeB));
    }

    /** The pass of a test that has no randomness. */
    static TrainingPass anyPass() {
        return new TrainingPass(1, 1, 0, 0, 0);
    }
}
