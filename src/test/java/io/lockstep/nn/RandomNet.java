package io.lockstep.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A net drawn from a seed: 0 to 6 hidden layers of 1 to 41 units, each with an activation of its own or none, dropout on
 * any of them and on the inputs, any loss, 1 to 70 examples; never compared, so arrays do no harm.
 */
@SuppressWarnings("ArrayRecordComponent")
record RandomNet(NetworkSpec spec, float[] theta, float[] x, float[] y, int m, TrainingPass pass, List<float[]> masks) {

    /** How large nets and inputs get. */
    enum Size {
        ANY,
        /** Few parameters, for differences by each of them. */
        SMALL,
        /** Any size, and inputs beyond reason. */
        EXTREME
    }

    private static final float[] SCALES = {1e-30f, 1e-12f, 1e-3f, 30, 1e4f, 1e8f};

    static RandomNet of(int seed, Size size) {
        Random random = new Random(seed);
        NetworkSpec spec = spec(random, size);
        int m = 1 + random.nextInt(size == Size.SMALL ? 9 : 70);
        float[] theta = new float[spec.parameterCount()];
        for (ParameterBlock block : spec.parameters()) {
            double deviation = block.isWeight() ? Math.sqrt(1.5 / block.columns()) : 0.3;
            for (int i = 0; i < block.size(); i++) {
                theta[block.offset() + i] = (float) (deviation * random.nextGaussian());
            }
        }
        TrainingPass pass = new TrainingPass(seed, 1 + random.nextInt(5), random.nextInt(9), random.nextInt(4), 0);
        List<float[]> masks = masks(spec, pass, m);
        float[] y = Nets.targets(spec, m, random);
        RandomNet net = new RandomNet(spec, theta, new float[spec.input().size() * m], y, m, pass, masks);
        net.drawExamples(random, size);
        return net;
    }

    private static NetworkSpec spec(Random random, Size size) {
        int widest = size == Size.SMALL ? 7 : 41;
        List<LayerSpec> layers = new ArrayList<>();
        addDropout(layers, random, size);
        int depth = random.nextInt(7);
        for (int l = 0; l < depth; l++) {
            layers.add(new LayerSpec.Dense(1 + random.nextInt(widest)));
            Activation activation = Nets.ACTIVATIONS.get(random.nextInt(Nets.ACTIVATIONS.size()));
            if (size == Size.EXTREME) {
                activation = Activation.of(random.nextBoolean() ? Activation.Kind.RELU : Activation.Kind.LEAKY_RELU);
            }
            layers.add(new LayerSpec.Activate(activation));
            addDropout(layers, random, size);
        }
        Loss loss = Nets.LOSSES.get(random.nextInt(Nets.LOSSES.size()));
        layers.add(new LayerSpec.Dense(
                loss.kind() == Loss.Kind.SOFTMAX_CROSS_ENTROPY ? 2 + random.nextInt(9) : 1 + random.nextInt(5)));
        return new NetworkSpec(new Shape.Vector(1 + random.nextInt(widest)), layers, loss);
    }

    private static void addDropout(List<LayerSpec> layers, Random random, Size size) {
        if (size == Size.ANY && random.nextInt(3) == 0) {
            layers.add(new LayerSpec.Dropout(0.6 * random.nextDouble()));
        }
    }

    /** For each layer what dropout multiplies its input with, (n, m); ones for the others. */
    private static List<float[]> masks(NetworkSpec spec, TrainingPass pass, int m) {
        List<float[]> masks = new ArrayList<>();
        Shape shape = spec.input();
        for (int l = 0; l < spec.layers().size(); l++) {
            LayerSpec layer = spec.layers().get(l);
            float[] ones = new float[shape.size() * m];
            Arrays.fill(ones, 1f);
            masks.add(
                    layer instanceof LayerSpec.Dropout
                            ? layer.build(shape, l, 0, m).forwardTraining(new float[0], ones, m, pass)
                            : ones);
            shape = layer.output(shape);
        }
        return masks;
    }

    /** Example by example, none of which has a z beside a kink, where float32 and float64 may fall on two sides. */
    private void drawExamples(Random random, Size size) {
        ReferenceNetwork reference = new ReferenceNetwork(spec);
        double[] wide = Nets.widen(theta);
        int n = spec.input().size();
        float scale = size == Size.EXTREME ? SCALES[random.nextInt(SCALES.length)] : 1;
        boolean spikes = size == Size.EXTREME && random.nextBoolean();
        for (int j = 0; j < m; j++) {
            double[] scales = scales(j);
            double[] thinned = times(wide, scales);
            List<double[][]> trace;
            do {
                int spike = random.nextInt(n);
                for (int i = 0; i < n; i++) {
                    x[j * n + i] = spikes && i != spike ? 0 : scale * (float) random.nextGaussian();
                }
                trace = reference.trace(thinned, Nets.widen(Arrays.copyOfRange(x, j * n, (j + 1) * n)), 1);
            } while (besideAKink(trace));
        }
    }

    /** Whether any of the examples, as they are now, has a z beside a kink. */
    boolean isBesideAKink() {
        ReferenceNetwork reference = new ReferenceNetwork(spec);
        int n = spec.input().size();
        for (int j = 0; j < m; j++) {
            double[] thinned = times(Nets.widen(theta), scales(j));
            if (besideAKink(reference.trace(thinned, Nets.widen(Arrays.copyOfRange(x, j * n, (j + 1) * n)), 1))) {
                return true;
            }
        }
        return false;
    }

    private boolean besideAKink(List<double[][]> trace) {
        for (int l = 0; l < spec.layers().size(); l++) {
            if (spec.layers().get(l) instanceof LayerSpec.Activate) {
                double[] z = trace.get(l)[0];
                double greatest = Arrays.stream(z).map(Math::abs).max().orElseThrow();
                // float32 errs by a part of the greatest; the differences' step by 10⁻⁵
                double margin = Math.max(1e-4 * Math.min(1, greatest), 1e-5 * greatest);
                if (Arrays.stream(z).anyMatch(value -> Math.abs(value) < margin)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** For each element of θ what the masks of example j make of it: a unit that is dropped is a column of zeros above. */
    private double[] scales(int j) {
        double[] scales = new double[theta.length];
        Arrays.fill(scales, 1);
        int next = 0;
        float[] mask = new float[0];
        for (int l = 0; l < spec.layers().size(); l++) {
            if (spec.layers().get(l) instanceof LayerSpec.Dropout) {
                mask = masks.get(l);
            } else if (spec.layers().get(l) instanceof LayerSpec.Dense) {
                ParameterBlock w = spec.parameters().get(next);
                next += 2;
                for (int k = 0; k < w.columns() && mask.length > 0; k++) {
                    for (int i = 0; i < w.rows(); i++) {
                        scales[w.offset() + k * w.rows() + i] = mask[j * w.columns() + k];
                    }
                }
                mask = new float[0];
            }
        }
        return scales;
    }

    private static double[] times(double[] a, double[] b) {
        double[] product = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            product[i] = a[i] * b[i];
        }
        return product;
    }

    /** The float64 gradient at a θ, through the thinned net of each example; gives the loss. */
    double addReferenceGradient(double[] at, double[] gradient) {
        ReferenceNetwork reference = new ReferenceNetwork(spec);
        int n = spec.input().size();
        int targets = spec.loss().targets(spec.outputs());
        double loss = 0;
        for (int j = 0; j < m; j++) {
            double[] scales = scales(j);
            double[] part = new double[gradient.length];
            loss += reference.addGradient(
                    times(at, scales),
                    Nets.widen(Arrays.copyOfRange(x, j * n, (j + 1) * n)),
                    Nets.widen(Arrays.copyOfRange(y, j * targets, (j + 1) * targets)),
                    1,
                    part);
            for (int i = 0; i < part.length; i++) {
                gradient[i] += scales[i] * part[i];
            }
        }
        return loss;
    }

    @Override
    public String toString() {
        return spec.input().size() + " " + spec.layers() + " " + spec.loss() + " m=" + m;
    }
}
