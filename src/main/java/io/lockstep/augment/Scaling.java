package io.lockstep.augment;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The normalization that examples in shards have been through: x = (p − μ)/σ. What is augmented is p, the value as it was
 * read, because a fill or a factor means something there alone. All pixels of a channel share μ and σ, so that ink which
 * moves to where there never is any looks as it did.
 *
 * @param means μ, of runs of features that are alike in it: of each channel, or of each feature
 * @param deviations σ &gt; 0, of μ's length; 1 for a channel that never varies, whose p is then x + μ
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Scaling(float[] means, float[] deviations) implements Serializable {

    /** @throws IllegalArgumentException if the lengths differ */
    public Scaling {
        if (means.length != deviations.length) {
            throw new IllegalArgumentException(means.length + " means and " + deviations.length + " deviations");
        }
    }

    /** Examples are as they were read. */
    public static Scaling identity() {
        return new Scaling(new float[1], new float[] {1});
    }

    /**
     * Examples normalized by these.
     *
     * @param means μ of each feature
     * @param deviations σ of each feature
     * @param channels runs of features, of the same length; where each is alike in μ and σ, little has to travel
     */
    public static Scaling of(double[] means, double[] deviations, int channels) {
        int run = means.length / channels;
        int kept = alike(means, run) && alike(deviations, run) ? run : 1;
        return new Scaling(every(kept, means), every(kept, deviations));
    }

    private static boolean alike(double[] values, int run) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != values[i - i % run]) {
                return false;
            }
        }
        return true;
    }

    private static float[] every(int run, double[] values) {
        float[] kept = new float[values.length / run];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = (float) values[i * run];
        }
        return kept;
    }

    /** For examples of {@code width} features. */
    Scaler scaler(int width) {
        if (width % means.length != 0) {
            throw new IllegalArgumentException(means.length + " means for " + width + " features");
        }
        return new Scaler(expanded(means, width), expanded(deviations, width));
    }

    private static float[] expanded(float[] values, int width) {
        float[] all = new float[width];
        int run = width / values.length;
        for (int i = 0; i < values.length; i++) {
            Arrays.fill(all, i * run, (i + 1) * run, values[i]);
        }
        return all;
    }
}
