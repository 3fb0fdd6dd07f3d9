package io.lockstep.nn;

import io.lockstep.math.Elementwise;

/**
 * A = g(Z), in place: g'(Z) can be had from A for each of the functions, so Z need not be kept (notes, "Derivatives of
 * Activation Functions").
 */
final class ActivationLayer implements Layer {
    private final Activation activation;
    private final int n;
    private float[] output = new float[0];

    ActivationLayer(Activation activation, int n) {
        this.activation = activation;
        this.n = n;
    }

    @Override
    public float[] forwardTraining(float[] theta, float[] input, int m, TrainingPass pass) {
        return forwardInference(theta, input, m);
    }

    @Override
    public float[] forwardInference(float[] theta, float[] input, int m) {
        output = input;
        int size = n * m;
        switch (activation.kind()) {
            case IDENTITY -> {}
            case SIGMOID -> Elementwise.sigmoid(output, size);
            case TANH -> Elementwise.tanh(output, size);
            case RELU -> {
                for (int i = 0; i < size; i++) {
                    output[i] = Math.max(input[i], 0f);
                }
            }
            case LEAKY_RELU -> {
                float slope = (float) activation.slope();
                for (int i = 0; i < size; i++) {
                    output[i] = Math.max(input[i], slope * input[i]);
                }
            }
        }
        return output;
    }

    @Override
    public float[] backward(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        // dZ = dA ∗ g'(Z)
        int size = n * m;
        switch (activation.kind()) {
            case IDENTITY -> {}
            case SIGMOID -> {
                for (int i = 0; i < size; i++) {
                    dOutput[i] *= output[i] * (1 - output[i]);
                }
            }
            case TANH -> {
                for (int i = 0; i < size; i++) {
                    dOutput[i] *= 1 - output[i] * output[i];
                }
            }
            case RELU, LEAKY_RELU ->
                Elementwise.scaleWhereNotPositive(dOutput, output, (float) activation.slope(), size);
        }
        return dOutput;
    }

    @Override
    public void backwardParameters(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        throw new IllegalStateException("an activation has no parameters");
    }

    @Override
    public boolean needsOutput() {
        return true;
    }
}
