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
        switch (kind) {
            case SOFTMAX_CROSS_ENTROPY -> {
                for (int j = 0; j < m; j++) {
                    // the two great terms first: beside logits of 10¹⁷ the logarithm would vanish
                    float greatest = greatest(z, j * n, n);
                    sum += (double) greatest - z[j * n + (int) y[j]] + Math.log(sumExp(z, j * n, n, greatest));
                }
            }
            case SIGMOID_CROSS_ENTROPY -> {
                for (int i = 0; i < n * m; i++) {
                    // −y·log σ(z) − (1−y)·log(1−σ(z)) = max(z, 0) − y·z + log(1 + e^−|z|)
                    sum += Math.max(z[i], 0) - (double) y[i] * z[i] + Math.log1p(Math.exp(-Math.abs(z[i])));
                }
            }
            case HALVED_SQUARED -> {
                for (int i = 0; i < n * m; i++) {
                    double difference = (double) z[i] - y[i];
                    sum += difference * difference / 2;
                }
            }
            case HUBER -> {
                for (int i = 0; i < n * m; i++) {
                    double error = Math.abs((double) z[i] - y[i]);
                    sum += error <= delta ? error * error / 2 : delta * (error - delta / 2);
                }
            }
        }
        return sum;
    }

    /**
     * dZ[L] = A − Y, cut off at ±δ by Huber.
     *
     * @param z in: Z[L] (n, m); out: dZ[L] (n, m)
     * @param y the targets, ({@link #targets}, m)
     * @return {@link #sum} of the logits
     */
    double backward(float[] z, float[] y, int n, int m) {
        if (kind == Kind.SOFTMAX_CROSS_ENTROPY) {
            return softmaxBackward(z, y, n, m);
        }
        double sum = sum(z, y, n, m);
        if (kind == Kind.SIGMOID_CROSS_ENTROPY) {
            for (int i = 0; i < n * m; i++) {
                // in double: of a probability near its label float would leave nothing
                z[i] = (float) (sigmoid(z[i]) - y[i]);
            }
            return sum;
        }
        for (int i = 0; i < n * m; i++) {
            z[i] -= y[i];
        }
        if (kind == Kind.HUBER) {
            float greatest = (float) delta;
            for (int i = 0; i < n * m; i++) {
                z[i] = Math.max(-greatest, Math.min(greatest, z[i]));
            }
        }
        return sum;
    }

    /** {@link #sum} and A − Y from the same exponentials, which are most of the time. */
    private static double softmaxBackward(float[] z, float[] y, int n, int m) {
        double loss = 0;
        for (int j = 0; j < m; j++) {
            int column = j * n;
            int target = column + (int) y[j];
            float greatest = greatest(z, column, n);
            double distance = (double) greatest - z[target];
            double sum = 0;
            for (int i = column; i < column + n; i++) {
                double e = Math.exp((double) z[i] - greatest);
                z[i] = (float) e;
                sum += e;
            }
            loss += distance + Math.log(sum);
            for (int i = column; i < column + n; i++) {
                z[i] = (float) (z[i] / sum);
            }
            // A − 1 in double: of a probability near 1 float would leave nothing
            z[target] = (float) ((Math.exp(-distance) - sum) / sum);
        }
        return loss;
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
