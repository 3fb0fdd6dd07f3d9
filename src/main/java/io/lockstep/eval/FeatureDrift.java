package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How far a column of one set lies from the same column of train.
 *
 * @param column its name; of a vector or an image that of the element
 * @param psi the population stability index Σ(q − p)·ln(q/p) over the bins or levels, p their shares in train and q in the
 *     other set, half a row added to each; below 0.1 is little, from 0.25 on much
 * @param ks the Kolmogorov-Smirnov distance max|F − G| at the bins' edges, at most one bin's share below that of all values;
 *     of a category half of Σ|q − p|, its greatest difference over all sets of levels
 * @param noise what psi exceeds by chance less than once in a thousand comparisons of all columns, were there no drift
 * @param description the greatest change, in words
 */
public record FeatureDrift(String column, double psi, double ks, double noise, String description) {
    /** Above it populations are called shifted: the usual rule of thumb of credit scoring. */
    public static final double SHIFTED = 0.25;

    /** Whether the column is shifted, and not by chance. */
    public boolean isShifted() {
        return psi >= SHIFTED && psi > noise;
    }

    /** A few words: {@code income (PSI 3.1, KS 0.62: mean 4.1 → 8.3)}. */
    public String words() {
        return String.format(Locale.ROOT, "%s (PSI %.2f, KS %.2f: %s)", column, psi, ks, description);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("column", column);
        json.put("psi", psi);
        json.put("ks", ks);
        json.put("noise", noise);
        json.put("shifted", isShifted());
        json.put("description", description);
        return json;
    }

    static FeatureDrift read(JsonField json) {
        return new FeatureDrift(
                json.field("column").text(),
                json.field("psi").number(),
                json.field("ks").number(),
                json.field("noise").number(),
                json.field("description").text());
    }
}
