package io.lockstep.data;

import io.lockstep.nn.SparseBatch;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Count, mean and M₂ = Σ(x − mean)² of each column's values, in double; NaN is no value. Two of them
 * {@linkplain #merge merge} pairwise.
 *
 * @see <a href="https://doi.org/10.1007/978-3-642-51461-6_3">Chan, Golub and LeVeque 1982, eq. 1.5</a>
 */
public final class Moments implements Serializable {
    private static final long serialVersionUID = 1L;

    private final long[] counts;
    private final double[] means;
    private final double[] m2;
    private long rows;

    private Moments(int columns) {
        this.counts = new long[columns];
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
        moments.rows = rows;
        Arrays.fill(moments.counts, rows);
        for (int j = 0; j < rows; j++) {
            int start = j * columns;
            for (int i = 0; i < columns; i++) {
                moments.means[i] += examples[start + i];
            }
        }
        boolean missing = false;
        for (int i = 0; i < columns; i++) {
            moments.means[i] /= rows;
            missing |= Double.isNaN(moments.means[i]);
        }
        for (int j = 0; j < rows; j++) {
            int start = j * columns;
            for (int i = 0; i < columns; i++) {
                double difference = examples[start + i] - moments.means[i];
                moments.m2[i] += difference * difference;
            }
        }
        for (int i = 0; missing && i < columns; i++) {
            if (Double.isNaN(moments.means[i])) {
                moments.measure(i, examples, columns, rows);
            }
        }
        return moments;
    }

    /** The moments of a block of sparse examples: of the features, and of what stands behind them. */
    static Moments of(SparseRows examples, RowLayout layout) {
        int rows = examples.rows();
        SparseBatch features = examples.features();
        Moments moments = new Moments(layout.stride());
        moments.rows = rows;
        Arrays.fill(moments.counts, rows);
        int[] zeros = new int[layout.features()];
        Arrays.fill(zeros, rows);
        for (int e = 0; e < features.nonZeros(); e++) {
            int i = features.index(e);
            zeros[i]--;
            if (Float.isNaN(features.value(e))) {
                moments.counts[i]--;
            } else {
                moments.means[i] += features.value(e);
            }
        }
        for (int i = 0; i < zeros.length; i++) {
            moments.means[i] = moments.counts[i] == 0 ? 0 : moments.means[i] / moments.counts[i];
            moments.m2[i] = zeros[i] * moments.means[i] * moments.means[i];
        }
        for (int e = 0; e < features.nonZeros(); e++) {
            int i = features.index(e);
            double difference = features.value(e) - moments.means[i];
            moments.m2[i] += Double.isNaN(difference) ? 0 : difference * difference;
        }
        for (int t = 0; t < layout.tail(); t++) {
            moments.measureTail(layout.features() + t, t, examples);
        }
        return moments;
    }

    private void measureTail(int column, int t, SparseRows examples) {
        for (int j = 0; j < examples.rows(); j++) {
            means[column] += examples.tail(j, t);
        }
        means[column] /= examples.rows();
        for (int j = 0; j < examples.rows(); j++) {
            double difference = examples.tail(j, t) - means[column];
            m2[column] += difference * difference;
        }
    }

    /** The moments of a column with missing values. */
    private void measure(int column, float[] examples, int columns, int examplesCount) {
        long count = 0;
        double sum = 0;
        for (int j = 0; j < examplesCount; j++) {
            float value = examples[j * columns + column];
            if (!Float.isNaN(value)) {
                sum += value;
                count++;
            }
        }
        double mean = count == 0 ? 0 : sum / count;
        double squares = 0;
        for (int j = 0; j < examplesCount; j++) {
            double difference = examples[j * columns + column] - mean;
            squares += Double.isNaN(difference) ? 0 : difference * difference;
        }
        counts[column] = count;
        means[column] = mean;
        m2[column] = squares;
    }

    /**
     * Takes in another's examples.
     *
     * @return this
     */
    public Moments merge(Moments other) {
        for (int i = 0; i < means.length; i++) {
            long total = counts[i] + other.counts[i];
            double share = total == 0 ? 0 : (double) other.counts[i] / total;
            double weight = (double) counts[i] * share;
            double delta = other.means[i] - means[i];
            means[i] += delta * share;
            m2[i] += other.m2[i] + delta * delta * weight;
            counts[i] = total;
        }
        rows += other.rows;
        return this;
    }

    /** How many examples. */
    public long count() {
        return rows;
    }

    /** How many of them have a value in a column. */
    public long count(int column) {
        return counts[column];
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
        if (columns == 1) {
            return means[from];
        }
        double sum = 0;
        long count = 0;
        for (int i = from; i < from + columns; i++) {
            sum += counts[i] * means[i];
            count += counts[i];
        }
        return count == 0 ? 0 : sum / count;
    }

    /** {@link #deviation(int)} of the values of {@code columns} neighbouring columns together. */
    public double deviation(int from, int columns) {
        double mean = mean(from, columns);
        // Σ over the columns of their own M₂ and of their means' distance, in the order of the columns
        double squares = 0;
        long count = 0;
        for (int i = from; i < from + columns; i++) {
            double difference = means[i] - mean;
            squares += m2[i] + counts[i] * difference * difference;
            count += counts[i];
        }
        double deviation = count == 0 ? 0 : Math.sqrt(squares / count);
        return deviation <= Math.abs(mean) * 0x1.0p-26 ? 1 : deviation;
    }
}
