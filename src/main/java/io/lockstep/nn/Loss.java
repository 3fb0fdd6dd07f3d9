package io.lockstep.nn;

import java.io.Serializable;
import java.util.Locale;

/**
 * What the network minimizes, together with the output function that belongs to it, both from the logits Z[L] so that
 * neither overflows. dZ[L] = A − Y (notes, "Backpropagation"), which {@link Kind#HUBER} cuts off at ±δ.
 *
 * @param kind which loss
 * @param delta δ of {@code huber}; 0 for the others
 */
public record Loss(Kind kind, double delta) implements Serializable {

    /** The losses by name. */
    public enum Kind {
        /** A = softmax(Z), L = −log A[y]; the target is one class index. */
        SOFTMAX_CROSS_ENTROPY,
        /** A = σ(Z), L = −Σ(y·log A + (1−y)·log(1−A)); a target of 0 or 1 for each output. */
        SIGMOID_CROSS_ENTROPY,
        /** A = Z, L = ½·Σ(A − y)²; a target for each output. */
        HALVED_SQUARED,
        /**
         * A = Z, L = Σ h(A − y) with h(e) = ½e² for |e| ≤ δ, else δ·(|e| − ½δ); a target for each output. Outliers pull
         * with δ at most.
         *
         * @see <a href="https://doi.org/10.1214/aoms/1177703732">Huber 1964</a>
         */
        HUBER;

        /** The name in {@code model.json}. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final Loss SOFTMAX_CROSS_ENTROPY = new Loss(Kind.SOFTMAX_CROSS_ENTROPY, 0);
    public static final Loss SIGMOID_CROSS_ENTROPY = new Loss(Kind.SIGMOID_CROSS_ENTROPY, 0);
    public static final Loss HALVED_SQUARED = new Loss(Kind.HALVED_SQUARED, 0);

    public Loss {
        if (kind != Kind.HUBER && delta != 0) {
            throw new IllegalArgumentException("only huber has a delta");
        }
        if (kind == Kind.HUBER && !(delta > 0 && Double.isFinite(delta))) {
            throw new IllegalArgumentException("delta must be finite and greater than 0, is " + delta);
        }
    }

    /** The Huber loss that is quadratic up to an error of δ. */
    public static Loss huber(double delta) {
        return new Loss(Kind.HUBER, delta);
    }

    /** Whether the outputs are numbers themselves and no probabilities. */
    public boolean isRegression() {
        return kind == Kind.HALVED_SQUARED || kind == Kind.HUBER;
    }

    /** How many floats the target of an example has. */
    public int targets(int outputs) {
        return kind == Kind.SOFTMAX_CROSS_ENTROPY ? 1 : outputs;
    }

    /**
     * Turns logits into predictions.
     *
     * @param z in: Z[L] (n, m); out: A (n, m)
     */
    public void output(float[] z, int n, int m) {
        switch (kind) {
            case SOFTMAX_CROSS_ENTROPY -> {
                for (int j = 0; j < m; j++) {
                    softmax(z, j * n, n);
                }
            }
            case SIGMOID_CROSS_ENTROPY -> {
                for (int i = 0; i < n * m; i++) {
                    z[i] = (float) sigmoid(z[i]);
                }
            }
            case HALVED_SQUARED, HUBER -> {}
        }
    }

    /**
     * The loss of each prediction summed over the examples, from the logits.
     *
     * @param z Z[L] (n, m), left alone
     * @param y the targets, ({@link #targets}, m)
     */
    public double sum(float[] z, float[] y, int n, int m) {
        double sum = 0;
        for (int j = 0; j < m; j++) {
            sum += example(z, y, n, j);
        }
        return sum;
    }

    /** {@link #sum(float[], float[], int, int)} of each loss times its example's weight (1, m). */
    public double sum(float[] z, float[] y, float[] weights, int n, int m) {
        double sum = 0;
        for (int j = 0; j < m; j++) {
            sum += weights[j] * example(z, y, n, j);
        }
        return sum;
    }

    /**
     * The loss of each prediction, from the logits.
     *
     * @param z Z[L] (n, m), left alone
     * @param y the targets, ({@link #targets}, m)
     * @param losses L (1, m) is written there
     */
    public void losses(float[] z, float[] y, int n, int m, double[] losses) {
        for (int j = 0; j < m; j++) {
            losses[j] = example(z, y, n, j);
        }
    }

    /** L of example j. */
    private double example(float[] z, float[] y, int n, int j) {
        int from = j * n;
        if (kind == Kind.SOFTMAX_CROSS_ENTROPY) {
            // the two great terms first: beside logits of 10¹⁷ the logarithm would vanish
            float greatest = greatest(z, from, n);
            return (double) greatest - z[from + (int) y[j]] + Math.log(sumExp(z, from, n, greatest));
        }
        double sum = 0;
        for (int i = from; i < from + n; i++) {
            sum += output(z[i], y[i]);
        }
        return sum;
    }

    /** The part of L that one output has in it. */
    private double output(float z, float y) {
        if (kind == Kind.SIGMOID_CROSS_ENTROPY) {
            // −y·log σ(z) − (1−y)·log(1−σ(z)) = max(z, 0) − y·z + log(1 + e^−|z|)
            return Math.max(z, 0) - (double) y * z + Math.log1p(Math.exp(-Math.abs(z)));
        }
        double error = Math.abs((double) z - y);
        return kind == Kind.HALVED_SQUARED || error <= delta ? error * error / 2 : delta * (error - delta / 2);
    }

    /**
     * dZ[L] = A − Y, cut off at ±δ by Huber.
     *
     * @param z in: Z[L] (n, m); out: dZ[L] (n, m)
     * @param y the targets, ({@link #targets}, m)
     * @return {@link #sum} of the logits
     */
    double backward(float[] z, float[] y, int n, int m) {
        double sum = 0;
        for (int j = 0; j < m; j++) {
            sum += backwardExample(z, y, n, j);
        }
        return sum;
    }

    /** {@link #backward(float[], float[], int, int)} of each example's loss times its weight (1, m). */
    double backward(float[] z, float[] y, float[] weights, int n, int m) {
        double sum = 0;
        for (int j = 0; j < m; j++) {
            sum += weights[j] * backwardExample(z, y, n, j);
            for (int i = j * n; i < (j + 1) * n; i++) {
                z[i] *= weights[j];
            }
        }
        return sum;
    }

    /** dZ of example j; returns its L. */
    private double backwardExample(float[] z, float[] y, int n, int j) {
        if (kind == Kind.SOFTMAX_CROSS_ENTROPY) {
            return softmaxBackward(z, j * n, n, (int) y[j]);
        }
        double sum = example(z, y, n, j);
        float greatest = kind == Kind.HUBER ? (float) delta : Float.POSITIVE_INFINITY;
        for (int i = j * n; i < (j + 1) * n; i++) {
            // in double: of a probability near its label float would leave nothing
            float error = kind == Kind.SIGMOID_CROSS_ENTROPY ? (float) (sigmoid(z[i]) - y[i]) : z[i] - y[i];
            z[i] = Math.max(-greatest, Math.min(greatest, error));
        }
        return sum;
    }

    /** L and A − Y from the same exponentials, which are most of the time. */
    private static double softmaxBackward(float[] z, int from, int n, int wanted) {
        int target = from + wanted;
        float greatest = greatest(z, from, n);
        double distance = (double) greatest - z[target];
        double sum = 0;
        for (int i = from; i < from + n; i++) {
            double e = Math.exp((double) z[i] - greatest);
            z[i] = (float) e;
            sum += e;
        }
        for (int i = from; i < from + n; i++) {
            z[i] = (float) (z[i] / sum);
        }
        // A − 1 in double: of a probability near 1 float would leave nothing
        z[target] = (float) ((Math.exp(-distance) - sum) / sum);
        return distance + Math.log(sum);
    }

    private static double sigmoid(double z) {
        if (z >= 0) {
            return 1 / (1 + Math.exp(-z));
        }
        double e = Math.exp(z);
        return e / (1 + e);
    }

    private static void softmax(float[] z, int from, int n) {
        float greatest = greatest(z, from, n);
        double sum = sumExp(z, from, n, greatest);
        for (int i = from; i < from + n; i++) {
            z[i] = (float) (Math.exp((double) z[i] - greatest) / sum);
        }
    }

    private static float greatest(float[] z, int from, int n) {
        float greatest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + n; i++) {
            greatest = Math.max(greatest, z[i]);
        }
        return greatest;
    }

    /** Σ e^(z − greatest) over z[from..from+n): between 1 and n, so nothing overflows. */
    private static double sumExp(float[] z, int from, int n, float greatest) {
        double sum = 0;
        for (int i = from; i < from + n; i++) {
            sum += Math.exp((double) z[i] - greatest);
        }
        return sum;
    }
}
