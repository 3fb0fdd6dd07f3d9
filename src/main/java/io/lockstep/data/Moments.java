package io.lockstep.data;

import java.io.Serializable;

/**
 * Count, mean and M₂ = Σ(x − mean)² of each column, in double. Two of them {@linkplain #merge merge} pairwise.
 *
 * @see <a href="https://doi.org/10.1007/978-3-642-51461-6_3">Chan, Golub and LeVeque 1982, eq. 1.5</a>
 */
public final class Moments implements Serializable {
    private static final long serialVersionUID = 1L;

    private final double[] means;
    private final double[] m2;
    private long count;

    private Moments(int columns) {
        this.means = new double[columns];
        this.m2 = new double[columns];
    }

    /**
     * The moments of a block of examples, in two passes over it: first the means, then the squares about them.
     *
     * @param examples (columns, rows), example after example
     */
    public static Moments of(float[] examples, int columns, int rows) {
        Moments moments = new Moments(columns);
        moments.count = rows;
        for (int j = 0; j < rows; j++) {
            int start = j * columns;
            for (int i = 0; i < columns; i++) {
                moments.means[i] += examples[start + i];
            }
        }
        for (int i = 0; i < columns; i++) {
            moments.means[i] /= rows;
        }
        for (int j = 0; j < rows; j++) {
            int start = j * columns;
            for (int i = 0; i < columns; i++) {
                double difference = examples[start + i] - moments.means[i];
                moments.m2[i] += difference * difference;
            }
        }
        return moments;
    }

    /**
     * Takes in another's examples.
     *
     * @return this
     */
    public Moments merge(Moments other) {
        long total = count + other.count;
        double share = (double) other.count / total;
        double weight = (double) count * share;
        for (int i = 0; i < means.length; i++) {
            double delta = other.means[i] - means[i];
            means[i] += delta * share;
            m2[i] += other.m2[i] + delta * delta * weight;
        }
        count = total;
        return this;
    }

    /** How many examples. */
    public long count() {
        return count;
    }

    /** μ of a column. */
    public double mean(int column) {
        return means[column];
    }

    /**
     * The population's standard deviation √(M₂/m) of a column (notes, "Normalizing input"); 1 for a column that is
     * constant up to the rounding of float32, so that dividing by it leaves zeros and not noise.
     */
    public double deviation(int column) {
        return deviation(column, 1);
    }

    /** μ of the values of {@code columns} neighbouring columns together. */
    public double mean(int from, int columns) {
        double sum = 0;
        for (int i = from; i < from + columns; i++) {
            sum += means[i];
        }
        return sum / columns;
    }

    /** {@link #deviation(int)} of the values of {@code columns} neighbouring columns together. */
    public double deviation(int from, int columns) {
        double mean = mean(from, columns);
        // Σ over the columns of their own M₂ and of their means' distance, in the order of the columns
        double squares = 0;
        for (int i = from; i < from + columns; i++) {
            double difference = means[i] - mean;
            squares += m2[i] + count * difference * difference;
        }
        double deviation = Math.sqrt(squares / columns / count);
        return deviation <= Math.abs(mean) * 0x1.0p-26 ? 1 : deviation;
    }
}
