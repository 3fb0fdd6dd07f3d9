package io.lockstep.eval;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.data.FeatureHistograms;
import io.lockstep.data.FeatureHistograms.Histogram;
import io.lockstep.data.Moments;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.Statistics;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.JsonField;
import io.lockstep.model.ModelDirectory;
import io.lockstep.model.TargetTransform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the features of a set are spread: train's is kept beside the model, so that any data can be compared with what the
 * model learnt from, without its rows. It has counts, means and deviations, no rows.
 *
 * @param histograms of the features as encoded
 * @param means by feature, of the values there are
 * @param deviations likewise
 */
public record FeatureProfile(FeatureHistograms histograms, List<Double> means, List<Double> deviations) {
    /** In the model directory. */
    public static final String FILE = "profile.json";

    /** Of thousands of features it has some megabytes. */
    private static final long MOST_BYTES = 64L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    public FeatureProfile {
        means = List.copyOf(means);
        deviations = List.copyOf(deviations);
        if (means.size() != histograms.features().size() || deviations.size() != means.size()) {
            throw new IllegalArgumentException("profiles of another number of features");
        }
    }

    /** A training set's; empty where it has more than {@link FeatureHistograms#MOST_FEATURES} features. */
    public static Optional<FeatureProfile> ofTraining(ShardedSet set, int tasks) {
        return set.width() > FeatureHistograms.MOST_FEATURES
                ? Optional.empty()
                : Optional.of(with(FeatureHistograms.ofTraining(set, tasks), set, tasks));
    }

    /** Another set's, to be compared with this one. */
    public FeatureProfile over(ShardedSet set, int tasks) {
        return with(histograms.over(set, tasks), set, tasks);
    }

    private static FeatureProfile with(FeatureHistograms histograms, ShardedSet set, int tasks) {
        Moments moments = Statistics.of(set, tasks, TargetTransform.Kind.NONE);
        List<Double> means = new ArrayList<>();
        List<Double> deviations = new ArrayList<>();
        for (int i = 0; i < set.width(); i++) {
            boolean present = moments.count(i) > 0;
            means.add(present ? moments.mean(i) : 0);
            deviations.add(present ? moments.deviation(i) : 0);
        }
        return new FeatureProfile(histograms, means, deviations);
    }

    /** The file's bytes. */
    public byte[] json(FeatureSchema schema) throws IOException {
        List<String> names = schema.slotNames();
        List<Object> features = new ArrayList<>();
        for (int i = 0; i < means.size(); i++) {
            Histogram histogram = histograms.features().get(i);
            Map<String, Object> feature = new LinkedHashMap<>();
            feature.put("name", names.get(i));
            feature.put("mean", means.get(i));
            feature.put("deviation", deviations.get(i));
            feature.put("missing", histogram.missing());
            feature.put("edges", histogram.edges());
            feature.put("counts", histogram.counts());
            features.add(feature);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rows", histograms.rows());
        json.put("features", features);
        return JSON.writeValueAsBytes(json);
    }

    /**
     * The training set's of the model in a directory; empty where that has none.
     *
     * @throws io.lockstep.error.DataException if it is none, or of other features than {@code schema}'s
     */
    public static Optional<FeatureProfile> of(ModelDirectory directory, FeatureSchema schema) {
        return directory.file(FILE, MOST_BYTES).map(bytes -> read(bytes, directory.path() + "/" + FILE, schema));
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws io.lockstep.error.DataException if it is none, or of other features than {@code schema}'s
     */
    public static FeatureProfile read(byte[] bytes, String file, FeatureSchema schema) {
        JsonField root = JsonField.root(bytes, file);
        List<Histogram> histograms = new ArrayList<>();
        List<Double> means = new ArrayList<>();
        List<Double> deviations = new ArrayList<>();
        JsonField features = root.field("features");
        features.build(() -> {
            if (features.elements().size() != schema.width()) {
                throw new IllegalArgumentException("expected " + schema.width() + " features, found "
                        + features.elements().size());
            }
            return schema;
        });
        for (JsonField feature : features.elements()) {
            means.add(feature.field("mean").number());
            deviations.add(feature.field("deviation").number());
            List<Float> edges = feature.field("edges").elements().stream()
                    .map(edge -> (float) edge.number())
                    .toList();
            List<Long> counts = feature.field("counts").elements().stream()
                    .map(JsonField::longInteger)
                    .toList();
            long missing = feature.field("missing").longInteger();
            histograms.add(feature.build(() -> new Histogram(edges, counts, missing)));
        }
        return new FeatureProfile(
                new FeatureHistograms(root.field("rows").longInteger(), histograms), means, deviations);
    }
}
