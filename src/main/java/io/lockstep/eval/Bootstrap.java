package io.lockstep.eval;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Confidence intervals by the bootstrap: what a metric would have been on other sets of this size from where this one comes.
 * Each of {@value #REPLICATES} replicates draws as many {@linkplain Blocks blocks} as there are, with replacement, and the
 * interval reaches from the 2.5 % to the 97.5 % quantile of the metric over them (the percentile method). Random numbers
 * are a function of replicate and index, so the same rows have the same intervals, everywhere.
 *
 * <p>What it says, and what not: it is about the rows of this set, not about training again with another seed. It holds for
 * some hundred rows and more; of fewer than some thirty it is too narrow, and fewer than {@value #FEWEST} get none. A set
 * without any error has the interval [1, 1] of accuracy, though m rows without an error say no more than that the error is
 * below 3/m. Rows that belong together (of one patient, of one day) count as independent, and make it too narrow.
 *
 * @see <a href="https://doi.org/10.1214/aos/1176344552">Efron 1979, Bootstrap Methods: Another Look at the Jackknife</a>
 */
final class Bootstrap {
    static final int REPLICATES = 1000;
    static final int FEWEST = 10;

    private static final long SEED = 0;
    private static final double TAIL = 0.025;

    private Bootstrap() {}

    /**
     * The intervals of metrics.
     *
     * @param blocks how many there are
     * @param statistic the metrics where each block comes that many times; called by several threads
     * @return by name; a metric that most replicates do not define has none
     */
    static Map<String, Interval> intervals(int blocks, Function<int[], Map<String, Double>> statistic) {
        List<Map<String, Double>> replicates = IntStream.range(0, REPLICATES)
                .parallel()
                .mapToObj(replicate -> statistic.apply(draw(blocks, replicate)))
                .toList();
        Map<String, List<Double>> byName = new LinkedHashMap<>();
        for (Map<String, Double> replicate : replicates) {
            replicate.forEach((name, value) ->
                    byName.computeIfAbsent(name, added -> new ArrayList<>()).add(value));
        }
        Map<String, Interval> intervals = new LinkedHashMap<>();
        byName.forEach((name, values) -> {
            if (values.size() > REPLICATES / 2) {
                intervals.put(name, interval(values));
            }
        });
        return intervals;
    }

    /** How many times each block comes in a replicate. */
    static int[] draw(int blocks, int replicate) {
        RandomStream random = RandomStream.of(SEED, Purpose.BOOTSTRAP, 0, replicate, 0, 0);
        int[] times = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            times[random.below(blocks, i)]++;
        }
        return times;
    }

    private static Interval interval(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int beyond = (int) (TAIL * sorted.length);
        return new Interval(sorted[beyond], sorted[sorted.length - 1 - beyond]);
    }

    /** Σ times·sums over the blocks. */
    static double[] sum(double[][] blocks, int[] times) {
        double[] sum = new double[blocks[0].length];
        for (int b = 0; b < blocks.length; b++) {
            if (times[b] > 0) {
                double[] block = blocks[b];
                int factor = times[b];
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += factor * block[i];
                }
            }
        }
        return sum;
    }

    /** Each once. */
    static int[] once(int blocks) {
        int[] times = new int[blocks];
        Arrays.fill(times, 1);
        return times;
    }
}
