package io.lockstep.nn;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The network again, slow and plain: float64, one example after another, one unit after another. It is what the fast
 * {@link Network} is measured against, so it shares no code with its layers, activations and losses; only the specs
 * and the layout of θ are common. Dropout layers are the identity.
 *
 * <p>Examples are columns: x is (n_x, m), y is ({@link Loss#targets}, m). For one example, z = W·a + b, a = g(z),
 * dz = da ∗ g'(z), dW = dz·aᵀ, db = dz, da of the layer below = Wᵀ·dz (notes, "Backpropagation"), with dz[L] = a − y, for Huber
 * at most δ.
 * A θ, x or y of the wrong length is an {@link IllegalArgumentException}.
 */
public final class ReferenceNetwork {
    private final NetworkSpec spec;
    private final int inputs;
    private final int outputs;
    private final int parameterCount;

    /** The parameters of each layer of the spec; some have none. */
    private final List<List<ParameterBlock>> blocks = new ArrayList<>();

    /** The network of a spec. */
    public ReferenceNetwork(NetworkSpec spec) {
        this.spec = spec;
        this.inputs = spec.input().size();
        this.outputs = spec.outputs();
        this.parameterCount = spec.parameterCount();
        int next = 0;
        for (LayerSpec layer : spec.layers()) {
            int count = 0;
            if (layer instanceof LayerSpec.Dense dense) {
                count = dense.bias() == LayerSpec.Bias.LEARNT ? 2 : 1;
            } else if (layer instanceof LayerSpec.BatchNorm) {
                count = 4;
            }
            blocks.add(spec.parameters().subList(next, next + count));
            next += count;
        }
    }

    /** Which μ and σ² a batch normalization takes. */
    private enum Statistics {
        /** Those of the m examples. */
        OF_THE_PASS,
        /** Those in θ. */
        RUNNING
    }

    /** Σ over examples of L of the finished network. */
    public double lossSum(double[] theta, double[] x, double[] y, int m) {
        return lossSum(logits(trace(theta, x, m, Statistics.RUNNING)), y, m);
    }

    /** Σ over examples of L in training, which differs for a network that {@linkplain NetworkSpec#normalizesBatches normalizes batches}. */
    public double trainingLossSum(double[] theta, double[] x, double[] y, int m) {
        return lossSum(logits(trace(theta, x, m)), y, m);
    }

    private double lossSum(double[][] logits, double[] y, int m) {
        requireTargets(y, m);
        double sum = 0;
        for (int j = 0; j < m; j++) {
            sum += loss(logits[j], target(y, j));
        }
        return sum;
    }

    /**
     * Adds Σ over examples of ∂L/∂θ to {@code gradient}, in θ's layout; in the places of running averages m times the
     * statistic, as {@link ParameterKind.Statistic} says.
     *
     * @return Σ over examples of L in training
     */
    public double addGradient(double[] theta, double[] x, double[] y, int m, double[] gradient) {
        requireTargets(y, m);
        List<double[][]> trace = trace(theta, x, m);
        double sum = 0;
        double[][] d = new double[m][];
        for (int j = 0; j < m; j++) {
            double[] target = target(y, j);
            sum += loss(logits(trace)[j], target);
            d[j] = prediction(logits(trace)[j]);
            for (int i = 0; i < outputs; i++) {
                d[j][i] = slope(d[j][i] - wanted(target, i));
            }
        }
        for (int l = spec.layers().size() - 1; l >= 0; l--) {
            if (spec.layers().get(l) instanceof LayerSpec.BatchNorm norm) {
                d = ReferenceBatchNorm.backward(norm, blocks.get(l), theta, trace.get(l), d, gradient);
            } else {
                for (int j = 0; j < m; j++) {
                    d[j] = backward(l, theta, trace.get(l)[j], d[j], gradient);
                }
            }
        }
        return sum;
    }

    /** The predictions A[L] (n[L], m) of the finished network: probabilities for the cross entropies. */
    public double[] outputs(double[] theta, double[] x, int m) {
        double[][] logits = logits(trace(theta, x, m, Statistics.RUNNING));
        double[] a = new double[outputs * m];
        for (int j = 0; j < m; j++) {
            System.arraycopy(prediction(logits[j]), 0, a, j * outputs, outputs);
        }
        return a;
    }

    /**
     * A loss sum with the side of zero, for each example and each unit whose activation has a kink there, on which z
     * lies. Between two θ with the same sides the loss is smooth.
     */
    record Sided(double lossSum, BitSet sides) {}

    /** {@link #trainingLossSum} with its sides. */
    Sided sidedLossSum(double[] theta, double[] x, double[] y, int m) {
        List<double[][]> trace = trace(theta, x, m);
        BitSet sides = new BitSet();
        int bit = 0;
        for (int l = 0; l < spec.layers().size(); l++) {
            if (hasKink(spec.layers().get(l))) {
                for (double[] example : trace.get(l)) {
                    for (double z : example) {
                        sides.set(bit++, z > 0);
                    }
                }
            }
        }
        return new Sided(lossSum(logits(trace), y, m), sides);
    }

    private static boolean hasKink(LayerSpec layer) {
        return layer instanceof LayerSpec.Activate activate
                && (activate.activation().kind() == Activation.Kind.RELU
                        || activate.activation().kind() == Activation.Kind.LEAKY_RELU);
    }

    /** What goes into each layer in training, an example a row, the logits last. */
    List<double[][]> trace(double[] theta, double[] x, int m) {
        return trace(theta, x, m, Statistics.OF_THE_PASS);
    }

    private List<double[][]> trace(double[] theta, double[] x, int m, Statistics statistics) {
        requireFits(theta, x, m);
        List<double[][]> trace = new ArrayList<>();
        double[][] a = new double[m][inputs];
        for (int j = 0; j < m; j++) {
            System.arraycopy(x, j * inputs, a[j], 0, inputs);
        }
        trace.add(a);
        for (int l = 0; l < spec.layers().size(); l++) {
            if (spec.layers().get(l) instanceof LayerSpec.BatchNorm norm) {
                a = statistics == Statistics.RUNNING
                        ? ReferenceBatchNorm.forwardInference(norm, blocks.get(l), theta, a)
                        : ReferenceBatchNorm.forwardTraining(norm, blocks.get(l), theta, a);
            } else {
                double[][] next = new double[m][];
                for (int j = 0; j < m; j++) {
                    next[j] = forward(l, theta, a[j]);
                }
                a = next;
            }
            trace.add(a);
        }
        return trace;
    }

    private static double[][] logits(List<double[][]> trace) {
        return trace.get(trace.size() - 1);
    }

    private double[] forward(int l, double[] theta, double[] a) {
        LayerSpec layer = spec.layers().get(l);
        if (layer instanceof LayerSpec.Activate activate) {
            double[] g = new double[a.length];
            for (int i = 0; i < a.length; i++) {
                g[i] = value(activate.activation(), a[i]);
            }
            return g;
        }
        if (layer instanceof LayerSpec.Dropout) {
            return a;
        }
        ParameterBlock w = blocks.get(l).get(0);
        double[] z = new double[w.rows()];
        if (blocks.get(l).size() > 1) {
            ParameterBlock b = blocks.get(l).get(1);
            for (int i = 0; i < w.rows(); i++) {
                z[i] = theta[b.offset() + i];
            }
        }
        for (int k = 0; k < w.columns(); k++) {
            for (int i = 0; i < w.rows(); i++) {
                z[i] += theta[w.offset() + k * w.rows() + i] * a[k];
            }
        }
        return z;
    }

    private double[] backward(int l, double[] theta, double[] input, double[] d, double[] gradient) {
        LayerSpec layer = spec.layers().get(l);
        if (layer instanceof LayerSpec.Activate activate) {
            double[] dz = new double[d.length];
            for (int i = 0; i < d.length; i++) {
                dz[i] = d[i] * slope(activate.activation(), input[i]);
            }
            return dz;
        }
        if (layer instanceof LayerSpec.Dropout) {
            return d;
        }
        ParameterBlock w = blocks.get(l).get(0);
        double[] dInput = new double[w.columns()];
        if (blocks.get(l).size() > 1) {
            ParameterBlock b = blocks.get(l).get(1);
            for (int i = 0; i < w.rows(); i++) {
                gradient[b.offset() + i] += d[i];
            }
        }
        for (int k = 0; k < w.columns(); k++) {
            for (int i = 0; i < w.rows(); i++) {
                int element = w.offset() + k * w.rows() + i;
                gradient[element] += d[i] * input[k];
                dInput[k] += theta[element] * d[i];
            }
        }
        return dInput;
    }

    /** g(z). */
    private static double value(Activation g, double z) {
        return switch (g.kind()) {
            case IDENTITY -> z;
            case SIGMOID -> logistic(z);
            case TANH -> Math.tanh(z);
            case RELU -> z > 0 ? z : 0;
            case LEAKY_RELU -> z > 0 ? z : g.slope() * z;
        };
    }

    /** g'(z), at a kink the value that {@link Activation.Kind} states. */
    private static double slope(Activation g, double z) {
        return switch (g.kind()) {
            case IDENTITY -> 1;
            case SIGMOID -> logistic(z) * logistic(-z);
            case TANH -> 1 / (Math.cosh(z) * Math.cosh(z));
            case RELU -> z > 0 ? 1 : 0;
            case LEAKY_RELU -> z > 0 ? 1 : g.slope();
        };
    }

    /** 1/(1 + e^−z); e^−z may overflow to infinity, which gives the right 0. */
    private static double logistic(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    /** The targets of example j. */
    private double[] target(double[] y, int j) {
        int count = spec.loss().targets(outputs);
        double[] target = new double[count];
        System.arraycopy(y, j * count, target, 0, count);
        return target;
    }

    /** Y's element for output i: one-hot where the target is a class index. */
    private double wanted(double[] target, int i) {
        return switch (spec.loss().kind()) {
            case SOFTMAX_CROSS_ENTROPY -> target[0] == i ? 1 : 0;
            case SIGMOID_CROSS_ENTROPY, HALVED_SQUARED, HUBER -> target[i];
        };
    }

    /** ∂L/∂z of an output that is off by {@code error}. */
    private double slope(double error) {
        double delta = spec.loss().delta();
        return spec.loss().kind() == Loss.Kind.HUBER && Math.abs(error) > delta ? Math.signum(error) * delta : error;
    }

    /** A[L] from Z[L]. */
    private double[] prediction(double[] z) {
        double[] a = new double[outputs];
        for (int i = 0; i < outputs; i++) {
            switch (spec.loss().kind()) {
                // e^{z_i}/Σ e^{z_k} = 1/Σ e^{z_k − z_i}: a term may overflow to infinity, which gives the right 0
                case SOFTMAX_CROSS_ENTROPY -> {
                    double sum = 0;
                    for (int k = 0; k < outputs; k++) {
                        sum += Math.exp(z[k] - z[i]);
                    }
                    a[i] = 1 / sum;
                }
                case SIGMOID_CROSS_ENTROPY -> a[i] = logistic(z[i]);
                case HALVED_SQUARED, HUBER -> a[i] = z[i];
            }
        }
        return a;
    }

    /** L of one example from its logits. */
    private double loss(double[] z, double[] target) {
        double loss = 0;
        switch (spec.loss().kind()) {
            // −log(e^{z_y}/Σ e^{z_k}) = log Σ e^{z_k − z_y}, with the greatest exponent taken out of the sum
            case SOFTMAX_CROSS_ENTROPY -> {
                double own = z[(int) target[0]];
                double greatest = 0;
                for (double other : z) {
                    greatest = Math.max(greatest, other - own);
                }
                double sum = 0;
                for (double other : z) {
                    sum += Math.exp(other - own - greatest);
                }
                loss = greatest + Math.log(sum);
            }
            // −log σ(z) = log(1 + e^−z) and −log(1 − σ(z)) = log(1 + e^z)
            case SIGMOID_CROSS_ENTROPY -> {
                for (int i = 0; i < outputs; i++) {
                    if (target[i] != 0) {
                        loss += target[i] * logOnePlusExp(-z[i]);
                    }
                    if (target[i] != 1) {
                        loss += (1 - target[i]) * logOnePlusExp(z[i]);
                    }
                }
            }
            case HALVED_SQUARED -> {
                for (int i = 0; i < outputs; i++) {
                    loss += (z[i] - target[i]) * (z[i] - target[i]) / 2;
                }
            }
            // the area under the slope, which rises to δ and stays there
            case HUBER -> {
                double delta = spec.loss().delta();
                for (int i = 0; i < outputs; i++) {
                    double error = Math.abs(z[i] - target[i]);
                    double rising = Math.min(error, delta);
                    loss += rising * rising / 2 + delta * (error - rising);
                }
            }
        }
        return loss;
    }

    /** log(1 + e^z) without overflow. */
    private static double logOnePlusExp(double z) {
        return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
    }

    private void requireFits(double[] theta, double[] x, int m) {
        if (theta.length != parameterCount) {
            throw new IllegalArgumentException("θ has " + theta.length + " elements, not " + parameterCount);
        }
        if (m < 0 || x.length < inputs * m) {
            throw new IllegalArgumentException(
                    "X has " + x.length + " elements, " + m + " examples need " + inputs * m);
        }
    }

    private void requireTargets(double[] y, int m) {
        int wanted = spec.loss().targets(outputs) * m;
        if (y.length < wanted) {
            throw new IllegalArgumentException("Y has " + y.length + " elements, " + m + " examples need " + wanted);
        }
    }
}
