package io.lockstep.eval;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import java.util.Arrays;
import java.util.List;

/**
 * How sure a gain is, by the paired bootstrap: blocks of rows are drawn with replacement, as many as there are, both models are
 * judged on the same drawn rows, and that {@value #REPLICATES} times. The blocks are runs of an order by hash, so each is a
 * random sample; random numbers are a function of (seed, replicate, index), so the same rows give the same numbers.
 *
 * @param low the 2.5 % quantile of the gain
 * @param high the 97.5 % quantile
 * @param p two-sided: (1 + replicates on the rarer side of no gain)·2/(1 + replicates), at most 1; not below 0.001
 * @see <a href="https://aclanthology.org/W04-3250">Koehn 2004, Statistical Significance Tests for Machine Translation
 *     Evaluation</a>
 */
record PairedBootstrap(double low, double high, double p) {
    /** Blocks of more than a row each, beyond that many rows. */
    static final int MOST_BLOCKS = 1000;

    private static final int REPLICATES = 2000;
    private static final double TAIL = 0.025;

    static PairedBootstrap of(List<PairedSums> blocks, int terms, EvaluationMetric metric, long seed) {
        double[] gains = new double[REPLICATES];
        Arrays.parallelSetAll(gains, replicate -> gain(blocks, terms, metric, seed, replicate));
        // a replicate of nothing but rows that weigh 0 says nothing
        gains = Arrays.stream(gains)
                .filter(gain -> !Double.isNaN(gain))
                .sorted()
                .toArray();
        long notBetter = Arrays.stream(gains).filter(gain -> gain <= 0).count();
        long notWorse = Arrays.stream(gains).filter(gain -> gain >= 0).count();
        double rarer = 2.0 * (1 + Math.min(notBetter, notWorse)) / (1 + gains.length);
        int beyond = (int) (TAIL * gains.length);
        return new PairedBootstrap(gains[beyond], gains[gains.length - 1 - beyond], Math.min(1, rarer));
    }

    private static double gain(List<PairedSums> blocks, int terms, EvaluationMetric metric, long seed, int replicate) {
        RandomStream random = RandomStream.of(seed, Purpose.BOOTSTRAP, 0, replicate, 0, 0);
        int[] times = new int[blocks.size()];
        for (int i = 0; i < times.length; i++) {
            times[random.below(times.length, i)]++;
        }
        PairedSums drawn = new PairedSums(terms);
        for (int b = 0; b < times.length; b++) {
            if (times[b] > 0) {
                drawn.add(blocks.get(b), times[b]);
            }
        }
        return drawn.gain(metric);
    }
}
