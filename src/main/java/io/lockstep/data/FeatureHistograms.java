package io.lockstep.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * How each feature of a set is spread, as encoded and not normalized: counts over bins between quantiles of the training
 * rows, so that another set's counts over the same bins can be compared with them. Counts are whole numbers, and the
 * quantiles those of the first rows of each shard, which the canonical order has drawn at random: the same on any cluster.
 *
 * @param rows how many examples
 * @param features by index
 */
public record FeatureHistograms(long rows, List<Histogram> features) {
    /** Beyond so many features histograms would cost more than a model. */
    public static final int MOST_FEATURES = 4096;

    /** Bins of each feature. */
    private static final int BINS = 20;
    /** Bins where there are many features. */
    private static final int FEWER_BINS = 10;

    private static final int MANY = 512;

    /** Rows and numbers that quantiles are taken from. */
    private static final int SAMPLE_ROWS = 16_384;

    private static final int SAMPLE_FLOATS = 8 << 20;

    private static final int BLOCK_FLOATS = 1 << 20;

    public FeatureHistograms {
        features = List.copyOf(features);
    }

    /**
     * One feature's.
     *
     * @param edges rising; bin k holds the values in (edges[k − 1], edges[k]], the last one those above all edges
     * @param counts one more than edges
     * @param missing rows without a value
     */
    public record Histogram(List<Float> edges, List<Long> counts, long missing) {
        /** @throws IllegalArgumentException if edges do not rise or there are other than one more counts */
        public Histogram {
            edges = List.copyOf(edges);
            counts = List.copyOf(counts);
            if (counts.size() != edges.size() + 1
                    || missing < 0
                    || counts.stream().anyMatch(count -> count < 0)) {
                throw new IllegalArgumentException("no histogram: " + edges + " " + counts + " " + missing);
            }
            for (int i = 1; i < edges.size(); i++) {
                if (!(edges.get(i - 1) < edges.get(i))) {
                    throw new IllegalArgumentException("edges that do not rise: " + edges);
                }
            }
        }
    }

    /** The histograms of a training set, over bins between its own quantiles. */
    public static FeatureHistograms ofTraining(ShardedSet set, int tasks) {
        return count(set, tasks, edges(set, tasks));
    }

    /**
     * The histograms of another set over the bins of these.
     *
     * @throws IllegalArgumentException if it has another number of features
     */
    public FeatureHistograms over(ShardedSet set, int tasks) {
        if (set.width() != features.size()) {
            throw new IllegalArgumentException(set.width() + " features, expected " + features.size());
        }
        return count(
                set,
                tasks,
                features.stream()
                        .map(Histogram::edges)
                        .map(FeatureHistograms::array)
                        .toList());
    }

    private static float[] array(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    private static List<float[]> edges(ShardedSet set, int tasks) {
        int width = set.width();
        int most = Math.min(SAMPLE_ROWS, Math.max(1, SAMPLE_FLOATS / width));
        List<float[]> sample = Jobs.named(set.spark(), "quantiles of features", () -> sample(set, tasks, most));
        int bins = width > MANY ? FEWER_BINS : BINS;
        return IntStream.range(0, width)
                .mapToObj(feature -> quantiles(sample, feature, bins))
                .toList();
    }

    /**
     * Some {@code rows} examples, as encoded: the first ones of each shard, as many of each.
     *
     * @return each example's features (n_x)
     */
    public static List<float[]> sample(ShardedSet set, int tasks, int rows) {
        int each = (rows + set.shards() - 1) / set.shards();
        List<float[]> sample =
                set.raw(tasks).mapPartitions(new Sample(set.layout(), each)).collect();
        return sample.subList(0, Math.min(rows, sample.size()));
    }

    /** Just below the least value; the distinct quantiles at 1/bins, 2/bins, …; the greatest value: of few values there are fewer. */
    private static float[] quantiles(List<float[]> sample, int feature, int bins) {
        float[] values = new float[sample.size()];
        int present = 0;
        for (float[] row : sample) {
            // −0 and 0 are one value
            float value = row[feature] + 0f;
            if (!Float.isNaN(value)) {
                values[present++] = value;
            }
        }
        Arrays.sort(values, 0, present);
        if (present == 0) {
            return new float[0];
        }
        float[] edges = new float[bins + 1];
        // what lies below all of train must not be counted as its least value
        edges[0] = Math.nextDown(values[0]);
        int count = 1;
        for (int i = 1; i <= bins; i++) {
            float edge = values[(int) Math.min(present - 1, (long) i * present / bins)];
            if (edge > edges[count - 1]) {
                edges[count++] = edge;
            }
        }
        return Arrays.copyOf(edges, count);
    }

    private static FeatureHistograms count(ShardedSet set, int tasks, List<float[]> edges) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(set.spark());
        Broadcast<float[][]> broadcast = spark.broadcast(edges.toArray(float[][]::new));
        try {
            Counts total = new Counts(edges.toArray(float[][]::new));
            Jobs.named(set.spark(), "histograms of features", () -> set.raw(tasks)
                            .mapPartitions(new Count(set.layout(), broadcast))
                            .collect())
                    .forEach(total::add);
            return new FeatureHistograms(set.examples(), total.histograms(edges));
        } finally {
            broadcast.destroy();
        }
    }

    /** Takes the features of an example. */
    @FunctionalInterface
    private interface Example {
        void accept(ShardRange range, float[] examples, int from);
    }

    private static void forEachExample(StoredShards task, RowLayout layout, Example example) {
        int rows = Math.max(1, BLOCK_FLOATS / layout.stride());
        if (layout.isSparse()) {
            float[] row = new float[layout.features()];
            task.forEachSparseBlock(Math.min(rows, 1024), (range, block, examples) -> {
                for (int j = 0; j < examples.rows(); j++) {
                    examples.features().expand(j, row, 0);
                    example.accept(range, row, 0);
                }
            });
        } else {
            task.forEachBlock(rows, (range, block, examples, count) -> {
                for (int j = 0; j < count; j++) {
                    example.accept(range, examples, j * layout.stride());
                }
            });
        }
    }

    /** The first examples of each shard. */
    private record Sample(RowLayout layout, int each) implements FlatMapFunction<Iterator<StoredShards>, float[]> {
        @Override
        public Iterator<float[]> call(Iterator<StoredShards> tasks) {
            List<float[]> sample = new ArrayList<>();
            int[] taken = {-1, 0};
            while (tasks.hasNext()) {
                forEachExample(tasks.next(), layout, (range, examples, from) -> {
                    if (taken[0] != range.shard()) {
                        taken[0] = range.shard();
                        taken[1] = 0;
                    }
                    if (taken[1]++ < each) {
                        sample.add(Arrays.copyOfRange(examples, from, from + layout.features()));
                    }
                });
            }
            return sample.iterator();
        }
    }

    /** Counts a task's examples. */
    private record Count(RowLayout layout, Broadcast<float[][]> edges)
            implements FlatMapFunction<Iterator<StoredShards>, Counts> {
        @Override
        public Iterator<Counts> call(Iterator<StoredShards> tasks) {
            float[][] bins = edges.value();
            Counts counts = new Counts(bins);
            while (tasks.hasNext()) {
                forEachExample(tasks.next(), layout, (range, examples, from) -> counts.add(bins, examples, from));
            }
            return List.of(counts).iterator();
        }
    }

    /** Counts of all features side by side; of each its bins, then the missing values. */
    private static final class Counts implements Serializable {
        private static final long serialVersionUID = 1L;

        private final int[] starts;
        private final long[] counts;

        Counts(float[][] edges) {
            starts = new int[edges.length + 1];
            for (int i = 0; i < edges.length; i++) {
                starts[i + 1] = starts[i] + edges[i].length + 2;
            }
            counts = new long[starts[edges.length]];
        }

        void add(float[][] edges, float[] examples, int from) {
            for (int i = 0; i < edges.length; i++) {
                float value = examples[from + i] + 0f;
                counts[starts[i] + (Float.isNaN(value) ? edges[i].length + 1 : bin(edges[i], value))]++;
            }
        }

        private static int bin(float[] edges, float value) {
            int found = Arrays.binarySearch(edges, value);
            return found >= 0 ? found : -found - 1;
        }

        void add(Counts other) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += other.counts[i];
            }
        }

        List<Histogram> histograms(List<float[]> edges) {
            List<Histogram> histograms = new ArrayList<>();
            for (int i = 0; i < edges.size(); i++) {
                List<Float> bounds = new ArrayList<>();
                for (float edge : edges.get(i)) {
                    bounds.add(edge);
                }
                int last = starts[i + 1] - 1;
                List<Long> bins = Arrays.stream(counts, starts[i], last).boxed().toList();
                histograms.add(new Histogram(bounds, bins, counts[last]));
            }
            return histograms;
        }
    }
}
