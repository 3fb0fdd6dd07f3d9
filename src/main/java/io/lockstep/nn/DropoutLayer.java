package io.lockstep.nn;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomMask;
import io.lockstep.math.RandomStream;

/** Inverted dropout (Srivastava et al. 2014; notes, "Dropout implementation (Inverted dropout)"). */
final class DropoutLayer implements Layer {
    private final double rate;
    private final int layer;
    private final int n;
    /** 0 or 1/(1 − rate) for each element (n, m). */
    private final float[] mask;

    private final float[] output;
    private final RandomMask random = new RandomMask();

    DropoutLayer(double rate, int layer, int n, int capacity) {
        this.rate = rate;
        this.layer = layer;
        this.n = n;
        this.mask = new float[Math.multiplyExact(n, capacity)];
        this.output = new float[mask.length];
    }

    @Override
    public float[] forwardTraining(float[] theta, float[] input, int m, TrainingPass pass) {
        RandomStream stream =
                RandomStream.of(pass.seed(), Purpose.DROPOUT, pass.epoch(), pass.step(), pass.shard(), layer);
        random.fill(stream, (long) pass.firstExample() * n, (float) rate, (float) (1 / (1 - rate)), mask, n * m);
        for (int i = 0; i < n * m; i++) {
            output[i] = input[i] * mask[i];
        }
        return output;
    }

    @Override
    public float[] forwardInference(float[] theta, float[] input, int m) {
        return input;
    }

    @Override
    public float[] backward(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        for (int i = 0; i < n * m; i++) {
            dOutput[i] *= mask[i];
        }
        return dOutput;
    }

    @Override
    public void backwardParameters(float[] theta, float[] input, float[] dOutput, int m, float[] gradient) {
        throw new IllegalStateException("dropout has no parameters");
    }

    @Override
    public boolean needsOutput() {
        return false;
    }
}
