package io.lockstep.data;

import io.lockstep.model.Normalization;
import io.lockstep.nn.SparseBatch;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@link Normalizer} of sparse examples: x̃ = (x − μ)/σ as s − c, with s = x/σ, which is 0 where x is, and c = μ/σ, which is
 * the same for all examples.
 *
 * <p>A feature with |c| &gt; 1 is stored as x̃ itself, and its c is 0: s − c would lose digits where both are large. It costs
 * at most the double, for such a feature is not 0 in more than half of the training rows: if it is in a share p, then
 * μ² ≤ p·E[x²] (Cauchy and Schwarz), so that c² = μ²/(E[x²] − μ²) ≤ p/(1 − p).
 */
final class SparseNormalizer {
    private final double[] means;
    private final double[] deviations;
    /** As an encoder writes them; empty if nothing can be missing. */
    private final double[] fills;

    private final boolean[] isWhole;
    /** The features that are stored as x̃, rising. */
    private final int[] whole;

    private final float[] shift;

    /** @param fills as {@link io.lockstep.model.FeatureSchema#fills}; empty if nothing can be missing */
    SparseNormalizer(Normalization normalization, List<Double> fills) {
        this.means = normalization.means();
        this.deviations = normalization.deviations();
        this.fills = fills.stream().mapToDouble(Double::doubleValue).toArray();
        this.isWhole = new boolean[means.length];
        this.shift = new float[means.length];
        for (int i = 0; i < means.length; i++) {
            double c = means[i] / deviations[i];
            isWhole[i] = Math.abs(c) > 1;
            shift[i] = isWhole[i] ? 0 : (float) c;
        }
        this.whole = IntStream.range(0, means.length).filter(i -> isWhole[i]).toArray();
    }

    /** c. */
    float[] shift() {
        return shift.clone();
    }

    /** Adds the normalized features of example {@code row} to {@code out}, as an example of its own. */
    void normalize(SparseBatch encoded, int row, SparseBatch out) {
        int w = 0;
        for (int e = encoded.start(row); e < encoded.start(row + 1); e++) {
            int index = encoded.index(e);
            for (; w < whole.length && whole[w] < index; w++) {
                addWhole(out, whole[w], 0);
            }
            double x = encoded.value(e);
            if (Double.isNaN(x) && fills.length > 0) {
                x = fills[index];
            }
            if (isWhole[index]) {
                addWhole(out, index, x);
                w++;
            } else {
                add(out, index, (float) (x / deviations[index]));
            }
        }
        for (; w < whole.length; w++) {
            addWhole(out, whole[w], 0);
        }
        out.endColumn();
    }

    private void addWhole(SparseBatch out, int index, double x) {
        add(out, index, (float) ((x - means[index]) / deviations[index]));
    }

    private static void add(SparseBatch out, int index, float value) {
        if (value != 0) {
            out.add(index, value);
        }
    }
}
