package io.lockstep.eval;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** The sums over some examples that metrics are made of: a vector for each block, so that blocks can be drawn. */
interface Measure extends Serializable {

    /** How long the vectors are. */
    int width();

    /**
     * Adds an example of weight w &gt; 0.
     *
     * @param outputs holds A[L], this example's from {@code from} on
     * @param targets holds the targets, this example's from {@code target} on
     * @param loss its L
     */
    void add(double[] sums, float[] outputs, int from, float[] targets, int target, double w, double loss);

    /** Adds what comes after {@code sums} to them. */
    default void merge(double[] sums, double[] next) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += next[i];
        }
    }

    /** Brings the vectors of all blocks into a form in which they can be added. */
    default void level(List<double[]> blocks) {}

    /** The metrics, in any order; NaN where they are not defined. */
    Map<String, Double> values(double[] sums);
}
