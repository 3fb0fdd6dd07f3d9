package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How observed targets lie about predicted ones: e = y − ŷ, in the target's own units.
 *
 * @param mean Σwe/Σw
 * @param quantiles by q: the least e up to which there is a share of q of the weight (Hyndman and Fan's first definition)
 * @param histogram how many examples have which e
 * @param relativeError how far a quantile may be off, as a share of itself; 0 where all residuals were looked at
 * @see <a href="https://doi.org/10.2307/2684934">Hyndman and Fan 1996, Sample Quantiles in Statistical Packages</a>
 */
public record Residuals(double mean, SortedMap<Double, Double> quantiles, Histogram histogram, double relativeError) {
    /** Which quantiles there are. */
    public static final List<Double> QUANTILES = List.of(0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99);

    private static final String RELATIVE_ERROR = "relative_error";

    public Residuals {
        quantiles = Collections.unmodifiableSortedMap(new TreeMap<>(quantiles));
    }

    /**
     * Bins of equal width between two quantiles; what lies beyond them is in none.
     *
     * @param from where the first begins
     * @param to where the last ends
     * @param counts how many examples are in each
     */
    public record Histogram(double from, double to, List<Long> counts) {
        public Histogram {
            counts = List.copyOf(counts);
        }
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mean", mean);
        Map<String, Object> byShare = new LinkedHashMap<>();
        quantiles.forEach((q, e) -> byShare.put(Double.toString(q), e));
        json.put("quantiles", byShare);
        Map<String, Object> bins = new LinkedHashMap<>();
        bins.put("from", histogram.from);
        bins.put("to", histogram.to);
        bins.put("counts", histogram.counts);
        json.put("histogram", bins);
        if (relativeError > 0) {
            json.put(RELATIVE_ERROR, relativeError);
        }
        return json;
    }

    static Residuals read(JsonField json) {
        SortedMap<Double, Double> quantiles = new TreeMap<>();
        JsonField byShare = json.field("quantiles");
        for (String q : byShare.names()) {
            quantiles.put(
                    byShare.build(() -> Double.valueOf(q)), byShare.field(q).number());
        }
        JsonField bins = json.field("histogram");
        return new Residuals(
                json.field("mean").number(),
                quantiles,
                new Histogram(
                        bins.field("from").number(),
                        bins.field("to").number(),
                        bins.field("counts").elements().stream()
                                .map(JsonField::longInteger)
                                .toList()),
                json.has(RELATIVE_ERROR) ? json.field(RELATIVE_ERROR).number() : 0);
    }
}
