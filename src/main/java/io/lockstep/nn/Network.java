package io.lockstep.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A network at work: forward and backward propagation of mini-batches over a θ that the caller holds. It owns the
 * buffers between the layers, so it belongs to one thread; {@link NetworkSpec} is what travels.
 */
public final class Network {
    private final NetworkSpec spec;
    private final int capacity;
    private final int outputs;
    private final int parameterCount;
    private final List<Layer> layers = new ArrayList<>();
    /** The number (from 1, over dense layers) of the nearest dense layer at or below each layer; 0 for none. */
    private final int[] numbers;

    private final int[] sizes;
    private final int lowestWithParameters;

    /** What each layer put out in the last forward pass, for the way back; [0] is X. */
    private final float[][] activations;

    /**
     * Allocates the buffers.
     *
     * @param capacity the greatest number of examples of a pass
     */
    public Network(NetworkSpec spec, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a network takes at least one example at a time, got " + capacity);
        }
        this.spec = spec;
        this.capacity = capacity;
        int count = spec.layers().size();
        this.numbers = new int[count];
        this.sizes = new int[count];
        this.activations = new float[count + 1][];
        Shape shape = spec.input();
        int offset = 0;
        int number = 0;
        int lowest = count;
        for (int l = 0; l < count; l++) {
            LayerSpec layer = spec.layers().get(l);
            layers.add(layer.build(shape, l, offset, capacity));
            List<LayerSpec.Parameter> parameters = layer.parameters(shape);
            if (layer instanceof LayerSpec.Dense) {
                number++;
            }
            if (!parameters.isEmpty()) {
                lowest = Math.min(lowest, l);
            }
            for (LayerSpec.Parameter parameter : parameters) {
                offset += parameter.size();
            }
            shape = layer.output(shape);
            numbers[l] = number;
            sizes[l] = shape.size();
        }
        this.lowestWithParameters = lowest;
        this.outputs = shape.size();
        this.parameterCount = offset;
        requireNoClobbering();
    }

    /** A layer that works in place must not destroy what the layer below it needs on the way back. */
    private void requireNoClobbering() {
        for (int l = 1; l < layers.size(); l++) {
            if (layers.get(l) instanceof ActivationLayer && layers.get(l - 1).needsOutput()) {
                throw new IllegalArgumentException("an activation on top of an activation: layer " + l + " from below");
            }
        }
    }

    /** What it was made from. */
    public NetworkSpec spec() {
        return spec;
    }

    /** The greatest number of examples of a pass. */
    public int capacity() {
        return capacity;
    }

    /**
     * One training pass: adds the gradient of the summed loss.
     *
     * @param theta θ
     * @param x X (n_x, m); may be overwritten
     * @param y the targets ({@link Loss#targets}, m)
     * @param m how many examples, at most the capacity
     * @param pass names this pass for random numbers
     * @param gradient Σ over examples of ∂L/∂θ is added, in θ's layout
     * @return Σ over examples of L
     */
    public double addGradient(float[] theta, float[] x, float[] y, int m, TrainingPass pass, float[] gradient) {
        return addGradient(theta, x, y, m, pass, gradient, PassObserver.NONE);
    }

    /** {@link #addGradient(float[], float[], float[], int, TrainingPass, float[])}, seen by an observer. */
    double addGradient(
            float[] theta, float[] x, float[] y, int m, TrainingPass pass, float[] gradient, PassObserver observer) {
        float[] z = forwardTraining(theta, x, m, pass, observer);
        double loss = spec.loss().backward(z, y, outputs, m);
        backward(theta, z, m, gradient, observer);
        return loss;
    }

    /**
     * {@link #addGradient(float[], float[], float[], int, TrainingPass, float[])} of each example's loss times its weight.
     *
     * @param weights (1, m)
     * @return Σ over examples of weight·L
     */
    public double addGradient(
            float[] theta, float[] x, float[] y, float[] weights, int m, TrainingPass pass, float[] gradient) {
        float[] z = forwardTraining(theta, x, m, pass, PassObserver.NONE);
        double loss = spec.loss().backward(z, y, weights, outputs, m);
        backward(theta, z, m, gradient, PassObserver.NONE);
        return loss;
    }

    /**
     * {@link #addGradient(float[], float[], float[], int, TrainingPass, float[])} of sparse examples, all of the batch; the
     * same up to rounding.
     *
     * @throws IllegalArgumentException if the lowest layer is not a dense one
     */
    public double addGradient(float[] theta, SparseBatch x, float[] y, TrainingPass pass, float[] gradient) {
        return addGradient(theta, x, y, pass, gradient, PassObserver.NONE);
    }

    /** {@link #addGradient(float[], SparseBatch, float[], TrainingPass, float[])}, seen by an observer. */
    double addGradient(
            float[] theta, SparseBatch x, float[] y, TrainingPass pass, float[] gradient, PassObserver observer) {
        int m = x.columns();
        float[] z = forwardTraining(theta, x, pass, observer);
        double loss = spec.loss().backward(z, y, outputs, m);
        backward(theta, x, z, gradient, observer);
        return loss;
    }

    /** {@link #addGradient(float[], SparseBatch, float[], TrainingPass, float[])} of each example's loss times its weight. */
    public double addGradient(
            float[] theta, SparseBatch x, float[] y, float[] weights, TrainingPass pass, float[] gradient) {
        int m = x.columns();
        float[] z = forwardTraining(theta, x, pass, PassObserver.NONE);
        double loss = spec.loss().backward(z, y, weights, outputs, m);
        backward(theta, x, z, gradient, PassObserver.NONE);
        return loss;
    }

    private float[] forwardTraining(float[] theta, float[] x, int m, TrainingPass pass, PassObserver observer) {
        requireFits(theta, m);
        activations[0] = x;
        activations[1] = layers.get(0).forwardTraining(theta, x, m, pass);
        return forwardAbove(theta, m, pass, observer);
    }

    private float[] forwardTraining(float[] theta, SparseBatch x, TrainingPass pass, PassObserver observer) {
        requireFits(theta, x.columns());
        activations[1] = lowestDense(x).forward(theta, x);
        return forwardAbove(theta, x.columns(), pass, observer);
    }

    /** From the lowest layer's output up. */
    private float[] forwardAbove(float[] theta, int m, TrainingPass pass, PassObserver observer) {
        observer.forward(0, activations[1], sizes[0] * m);
        for (int l = 1; l < layers.size(); l++) {
            activations[l + 1] = layers.get(l).forwardTraining(theta, activations[l], m, pass);
            observer.forward(l, activations[l + 1], sizes[l] * m);
        }
        return activations[layers.size()];
    }

    /** Adds the gradient, from dZ[L]. */
    private void backward(float[] theta, float[] dLogits, int m, float[] gradient, PassObserver observer) {
        float[] d = backwardAbove(theta, dLogits, m, gradient, observer);
        layers.get(lowestWithParameters).backwardParameters(theta, activations[lowestWithParameters], d, m, gradient);
    }

    private void backward(float[] theta, SparseBatch x, float[] dLogits, float[] gradient, PassObserver observer) {
        float[] d = backwardAbove(theta, dLogits, x.columns(), gradient, observer);
        lowestDense(x).backwardParameters(x, d, gradient);
    }

    /** Down to the lowest layer that has parameters; what its output is handed. */
    private float[] backwardAbove(float[] theta, float[] dLogits, int m, float[] gradient, PassObserver observer) {
        float[] d = dLogits;
        for (int l = layers.size() - 1; l > lowestWithParameters; l--) {
            observer.backward(l, d, sizes[l] * m);
            d = layers.get(l).backward(theta, activations[l], d, m, gradient);
        }
        observer.backward(lowestWithParameters, d, sizes[lowestWithParameters] * m);
        return d;
    }

    private DenseLayer lowestDense(SparseBatch x) {
        if (x.features() != spec.input().size()) {
            throw new IllegalArgumentException("sparse examples of " + x.features() + " features for a network of "
                    + spec.input().size());
        }
        if (layers.get(0) instanceof DenseLayer dense) {
            return dense;
        }
        throw new IllegalArgumentException("sparse examples need a dense lowest layer");
    }

    /**
     * Logits of a finished net.
     *
     * @param x X (n_x, m); may be overwritten
     * @return Z[L] (n[L], m), valid until the next call
     */
    public float[] logits(float[] theta, float[] x, int m) {
        requireFits(theta, m);
        activations[0] = x;
        activations[1] = layers.get(0).forwardInference(theta, x, m);
        return logitsAbove(theta, m);
    }

    /** {@link #logits(float[], float[], int)} of sparse examples, all of the batch; the same up to rounding. */
    public float[] logits(float[] theta, SparseBatch x) {
        requireFits(theta, x.columns());
        activations[1] = lowestDense(x).forward(theta, x);
        return logitsAbove(theta, x.columns());
    }

    private float[] logitsAbove(float[] theta, int m) {
        for (int l = 1; l < layers.size(); l++) {
            activations[l + 1] = layers.get(l).forwardInference(theta, activations[l], m);
        }
        return activations[layers.size()];
    }

    /** {@link #logits} turned into the summed loss. */
    public double lossSum(float[] theta, float[] x, float[] y, int m) {
        return spec.loss().sum(logits(theta, x, m), y, outputs, m);
    }

    /**
     * {@link #logits} turned into predictions: probabilities for the cross entropies.
     *
     * @return A[L] (n[L], m), valid until the next call
     */
    public float[] outputs(float[] theta, float[] x, int m) {
        float[] a = logits(theta, x, m);
        spec.loss().output(a, outputs, m);
        return a;
    }

    /** {@link #outputs(float[], float[], int)} of sparse examples, all of the batch. */
    public float[] outputs(float[] theta, SparseBatch x) {
        float[] a = logits(theta, x);
        spec.loss().output(a, outputs, x.columns());
        return a;
    }

    /**
     * The lowest layer (from 1, over dense layers) whose output for these examples has an infinity or a NaN;
     * 0 stands for the examples themselves. Empty if all are finite.
     */
    public OptionalInt firstNonFiniteLayer(float[] theta, float[] x, int m) {
        return finite(x, spec.input().size() * m)
                ? firstNonFiniteAbove(theta, layers.get(0).forwardInference(theta, x, m), m)
                : OptionalInt.of(0);
    }

    /** {@link #firstNonFiniteLayer(float[], float[], int)} of sparse examples, all of the batch. */
    public OptionalInt firstNonFiniteLayer(float[] theta, SparseBatch x) {
        return x.isFinite()
                ? firstNonFiniteAbove(theta, lowestDense(x).forward(theta, x), x.columns())
                : OptionalInt.of(0);
    }

    /** From the lowest layer's output up. */
    private OptionalInt firstNonFiniteAbove(float[] theta, float[] lowest, int m) {
        float[] a = lowest;
        for (int l = 0; l < layers.size(); l++) {
            a = l == 0 ? a : layers.get(l).forwardInference(theta, a, m);
            if (!finite(a, sizes[l] * m)) {
                return OptionalInt.of(numbers[l]);
            }
        }
        return OptionalInt.empty();
    }

    private void requireFits(float[] theta, int m) {
        if (m > capacity || m < 1) {
            throw new IllegalArgumentException(m + " examples in a network built for 1 to " + capacity);
        }
        if (theta.length != parameterCount) {
            throw new IllegalArgumentException("θ has " + theta.length + " elements, not " + parameterCount);
        }
    }

    private static boolean finite(float[] values, int size) {
        for (int i = 0; i < size; i++) {
            if (!Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }
}
