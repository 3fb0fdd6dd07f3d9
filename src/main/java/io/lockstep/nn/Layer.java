package io.lockstep.nn;

/**
 * A layer at work, over a whole mini-batch. It belongs to one thread, keeps its buffers from call to call and allocates
 * nothing in them. Matrices are column-major, an example a column; m may be anything up to the capacity it was built
 * for.
 *
 * <p>A layer may overwrite its input, unless the layer below {@linkplain #needsOutput needs} what it put out.
 */
interface Layer {

    /**
     * Forward propagation in training, e.g. with dropout.
     *
     * @param theta θ
     * @param input A[l−1] (p, m)
     * @param pass names this pass for random numbers
     * @return A[l] (n, m), valid until the next call
     */
    float[] forwardTraining(float[] theta, float[] input, int m, TrainingPass pass);

    /** Forward propagation of a finished net: the same shapes, nothing random. */
    float[] forwardInference(float[] theta, float[] input, int m);

    /**
     * Backward propagation, after {@link #forwardTraining} with the same input.
     *
     * @param input A[l−1] (p, m)
     * @param dOutput dA[l] (n, m); may be overwritten
     * @param gradient the gradient sum in θ's layout; the layer adds its parameters' part
     * @return dA[l−1] (p, m), valid until the next call
     */
    float[] backward(float[] theta, float[] input, float[] dOutput, int m, float[] gradient);

    /** {@link #backward} for the lowest layer with parameters: nobody wants its dA[l−1]. */
    void backwardParameters(float[] theta, float[] input, float[] dOutput, int m, float[] gradient);

    /** Whether {@link #backward} reads what {@link #forwardTraining} put out. */
    boolean needsOutput();
}
