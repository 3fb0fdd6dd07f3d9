package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvaluationSumsTest {
    private static final long EXACT = EvaluationJob.MOST_RANKED;

    private static List<ScoredRows> tasks(int rows) {
        return List.of(
                ScoredRows.classification(rows, 2, 7, true, 1),
                ScoredRows.classification(rows, 4, 2, true, 2),
                ScoredRows.classification(rows, 1100, 2, true, 3),
                ScoredRows.multilabel(rows, 3, true, 4),
                ScoredRows.regression(rows, 2, 100, true, 5));
    }

    @Test
    void theJsonIsTheSameForAnyNumberOfTasks() {
        for (ScoredRows rows : tasks(577)) {
            // exact, and in bins, whose sums of weights must not depend on tasks either
            for (long mostRanked : new long[] {EXACT, 0}) {
                Map<String, Object> expected = rows.evaluation(8, 1, mostRanked).json();
                for (int tasks : new int[] {2, 3, 11}) {
                    assertThat(rows.evaluation(8, tasks, mostRanked).json()).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void theMetricsHardlyDependOnShards() {
        for (ScoredRows rows : tasks(500)) {
            Map<String, Double> expected =
                    rows.evaluation(1, 1, EXACT).metrics().values();
            Metrics found = rows.evaluation(16, 5, EXACT).metrics();
            assertThat(found.values().keySet()).isEqualTo(expected.keySet());
            // other shards add the same numbers in another order
            expected.forEach((name, value) ->
                    assertThat(found.values().get(name)).as(name).isCloseTo(value, within(1e-12 * Math.abs(value))));
        }
    }

    @Test
    void fewRowsOnManyShardsAreAllCounted() {
        for (int size : new int[] {1, 2, 3, 9, 10, 11}) {
            for (ScoredRows rows : tasks(size)) {
                Evaluation found = rows.evaluation(16, 7, EXACT);
                assertThat(found.metrics().examples()).isEqualTo(size);
                assertThat(found.json()).isEqualTo(rows.evaluation(16, 1, EXACT).json());
                boolean enough = IntStream.range(0, size)
                                .filter(i -> rows.weights()[i] > 0)
                                .count()
                        >= Bootstrap.FEWEST;
                assertThat(found.metrics().intervals().isEmpty()).isEqualTo(!enough);
            }
        }
    }

    @Test
    void blocksAreRunsOfAlmostEqualLength() {
        for (long examples : new long[] {1, 7, 199, 200, 201, 12_345, 3_000_000_007L}) {
            Blocks blocks = Blocks.of(examples);
            long before = 0;
            for (int block = 0; block < blocks.count(); block++) {
                long end = blocks.end(block);
                assertThat(end - before).isBetween(examples / blocks.count(), examples / blocks.count() + 1);
                assertThat(blocks.block(before)).isEqualTo(block);
                assertThat(blocks.block(end - 1)).isEqualTo(block);
                before = end;
            }
            assertThat(before).isEqualTo(examples);
        }
    }

    @Test
    void binnedAreasAreWithinTheirBounds() {
        for (ScoredRows rows : List.of(
                ScoredRows.classification(3000, 2, 7, true, 6),
                ScoredRows.classification(300, 2, 1, false, 7),
                ScoredRows.classification(2000, 5, 7, true, 8))) {
            Classification exact = (Classification) rows.evaluation(4, 2, EXACT);
            Classification binned = (Classification) rows.evaluation(4, 2, 0);
            exact.classes().forEach((name, ofClass) -> {
                Metrics other = binned.classes().get(name);
                for (String area : List.of("auc", "auc_pr")) {
                    double bound = other.value(area + "_bound").orElseThrow();
                    // the bound takes ties for what a bin hides: ten different scores have many, and are exact
                    assertThat(bound).isLessThan(rows.size() == 300 ? 0.5 : 0.02);
                    assertThat(other.value(area).orElseThrow())
                            .isCloseTo(
                                    ofClass.value(area).orElseThrow(),
                                    within(rows.size() == 300 ? 1e-12 : bound + 1e-12));
                    assertThat(ofClass.value(area + "_bound")).isEmpty();
                }
            });
            assertThat(binned.metrics().values()).containsAllEntriesOf(without(exact.metrics(), "auc", "auc_pr"));
        }
    }

    private static Map<String, Double> without(Metrics metrics, String... names) {
        Map<String, Double> values = new LinkedHashMap<>(metrics.values());
        Arrays.asList(names).forEach(values::remove);
        return values;
    }

    @Test
    void crowdedScoresOfARareClassAreStillToldApartByBins() {
        // probabilities of a thousandth, 1 % apart: bins of equal width would hold them all
        int rows = 4000;
        Random random = new Random(9);
        ScoredRows rare = ScoredRows.classification(rows, 2, 7, false, 9);
        for (int i = 0; i < rows; i++) {
            rare.targets()[i][0] = random.nextInt(50) == 0 ? 1 : 0;
            rare.outputs()[i][0] =
                    (float) (0.001 * Math.exp(0.03 * random.nextGaussian() + 0.03 * rare.targets()[i][0]));
        }
        double exact = rare.evaluation(4, 2, EXACT).metrics().value("auc").orElseThrow();
        Metrics binned = rare.evaluation(4, 2, 0).metrics();
        assertThat(exact).isBetween(0.65, 0.85);
        assertThat(binned.value("auc_bound").orElseThrow()).isLessThan(0.02);
        assertThat(binned.value("auc").orElseThrow())
                .isCloseTo(exact, within(binned.value("auc_bound").orElseThrow()));
    }

    @Test
    void binnedResidualsAreWithinTheirRelativeError() {
        ScoredRows rows = ScoredRows.regression(2000, 1, 5, true, 10);
        Residuals exact =
                ((Regression) rows.evaluation(4, 2, EXACT)).residuals().orElseThrow();
        Residuals binned = ((Regression) rows.evaluation(4, 2, 0)).residuals().orElseThrow();
        assertThat(exact.relativeError()).isZero();
        assertThat(binned.relativeError()).isBetween(1e-5, 1e-3);
        exact.quantiles().forEach((q, e) -> assertThat(binned.quantiles().get(q))
                .isCloseTo(e, within(Math.abs(e) * binned.relativeError())));
        assertThat(binned.mean()).isEqualTo(exact.mean());
    }

    @Test
    void aBinOfResidualsHoldsItsMiddleInTheOrderOfNumbers() {
        Random random = new Random(11);
        double[] numbers = random.doubles(1000, -30, 30)
                .map(e -> Math.signum(e) * Math.exp(Math.abs(e)))
                .sorted()
                .toArray();
        for (int i = 0; i < numbers.length; i++) {
            int bin = BinnedResiduals.bin(numbers[i]);
            assertThat(BinnedResiduals.middle(bin))
                    .isCloseTo(numbers[i], within(Math.abs(numbers[i]) * BinnedResiduals.RELATIVE_ERROR));
            assertThat(i == 0 || bin >= BinnedResiduals.bin(numbers[i - 1])).isTrue();
        }
        assertThat(BinnedResiduals.middle(BinnedResiduals.bin(0))).isZero();
    }

    @Test
    void aHashTableOfSumsIsAMap() {
        Random random = new Random(12);
        WeightBins bins = new WeightBins();
        Map<Integer, Double> expected = new java.util.TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            int key = random.nextInt(3000) * (random.nextBoolean() ? 1 : -65_536);
            bins.add(key, 0.5, 1);
            expected.merge(key, 1.0, Double::sum);
        }
        assertThat(Arrays.stream(bins.sortedKeys()).boxed()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((key, count) -> {
            assertThat(bins.second(key)).isEqualTo(count);
            assertThat(bins.first(key)).isEqualTo(count / 2);
        });
    }

    @Test
    void aSliceHasTheMetricsOfItsRowsAlone() {
        for (ScoredRows rows : tasks(600)) {
            Map<String, Metrics> found = rows.bySlice(8, 3, 4);
            assertThat(found).as("a slice without rows is left out").containsOnlyKeys("s0", "s1", "s2");
            for (int slice = 0; slice < 3; slice++) {
                int wanted = slice;
                Metrics alone =
                        rows.where(i -> rows.slices()[i] == wanted).evaluation().metrics();
                Metrics of = found.get("s" + slice);
                assertThat(of.examples()).isEqualTo(alone.examples());
                // so many classes are not counted in each slice
                boolean wide = rows.classes() > EvaluationJob.MOST_CLASSES;
                assertThat(alone.values().keySet()).containsAll(of.values().keySet());
                assertThat(of.values()).hasSize(alone.values().size() - (wide ? 6 : 0));
                of.values().forEach((name, value) -> assertThat(value)
                        .as(name)
                        .isCloseTo(alone.value(name).orElseThrow(), within(1e-12 * (1 + Math.abs(value)))));
                assertThat(of.intervals()).containsKey("loss");
            }
            assertThat(rows.bySlice(8, 1, 4)).isEqualTo(found);
        }
    }

    /** Percentile intervals of the statistic over rows that come as often as they were drawn. */
    private static Interval naive(ScoredRows rows, ToDoubleFunction<int[]> statistic) {
        List<Double> values = new ArrayList<>();
        for (int replicate = 0; replicate < 1000; replicate++) {
            values.add(statistic.applyAsDouble(Bootstrap.draw(rows.size(), replicate)));
        }
        values.sort(null);
        return new Interval(values.get(25), values.get(974));
    }

    private static void checkInterval(Metrics metrics, String name, Interval expected) {
        Interval found = metrics.interval(name).orElseThrow();
        assertThat(found.low()).as(name).isCloseTo(expected.low(), within(1e-12));
        assertThat(found.high()).as(name).isCloseTo(expected.high(), within(1e-12));
    }

    @Test
    void intervalsAreThoseOfMetricsOfDrawnRows() {
        // up to 200 rows each is a block, so blocks are rows
        ScoredRows rows = ScoredRows.classification(120, 2, 2, true, 13);
        Metrics metrics = rows.evaluation().metrics();
        checkInterval(
                metrics,
                "accuracy",
                naive(
                        rows,
                        times -> mean(
                                rows,
                                times,
                                i -> (rows.outputs()[i][0] > 0.5f ? 1 : 0) == rows.targets()[i][0] ? 1 : 0)));
        checkInterval(metrics, "loss", naive(rows, times -> mean(rows, times, rows::lossOf)));
        checkInterval(metrics, "auc", naive(rows, times -> auc(rows, times)));
        ScoredRows numbers = ScoredRows.regression(60, 1, 50, true, 14);
        checkInterval(numbers.evaluation().metrics(), "r2", naive(numbers, times -> r2(numbers, times)));
        assertThat(metrics.intervals())
                .as("a resampled calibration error is biased")
                .doesNotContainKey("ece");
    }

    private interface OfRow {
        double value(int row);
    }

    private static double mean(ScoredRows rows, int[] times, OfRow of) {
        double sum = 0;
        double weight = 0;
        for (int i = 0; i < times.length; i++) {
            sum += times[i] * rows.weights()[i] * of.value(i);
            weight += times[i] * rows.weights()[i];
        }
        return sum / weight;
    }

    private static double auc(ScoredRows rows, int[] times) {
        double won = 0;
        double pairs = 0;
        for (int i = 0; i < times.length; i++) {
            for (int j = 0; j < times.length; j++) {
                if (rows.targets()[i][0] == 1 && rows.targets()[j][0] == 0) {
                    double w = times[i] * rows.weights()[i] * times[j] * rows.weights()[j];
                    won += w * (1 + Math.signum(rows.outputs()[i][0] - rows.outputs()[j][0])) / 2;
                    pairs += w;
                }
            }
        }
        return won / pairs;
    }

    private static double r2(ScoredRows rows, int[] times) {
        double mean = mean(rows, times, i -> rows.targets()[i][0]);
        return 1
                - mean(rows, times, i -> Math.pow((double) rows.targets()[i][0] - rows.outputs()[i][0], 2))
                        / mean(rows, times, i -> Math.pow(rows.targets()[i][0] - mean, 2));
    }

    @Test
    void nineteenOfTwentyIntervalsHoldTheTruth() {
        // an accuracy of 0.8 and labels at random: 100 sets of 500 rows, in 200 blocks of two or three
        int accuracy = 0;
        int auc = 0;
        Random random = new Random(15);
        for (int set = 0; set < 100; set++) {
            ScoredRows rows = ScoredRows.classification(500, 2, 7, false, set);
            for (int i = 0; i < 500; i++) {
                boolean right = random.nextInt(5) > 0;
                rows.outputs()[i][0] = (rows.targets()[i][0] == 1) == right ? 0.9f : 0.1f;
            }
            Metrics metrics = rows.evaluation().metrics();
            accuracy += holds(metrics, "accuracy", 0.8);
            auc += holds(metrics, "auc", 0.8);
        }
        // 95 expected, standard deviation 2
        assertThat(accuracy).isBetween(88, 99);
        assertThat(auc).isBetween(88, 99);
    }

    private static int holds(Metrics metrics, String name, double truth) {
        Interval interval = metrics.interval(name).orElseThrow();
        return interval.low() <= truth && truth <= interval.high() ? 1 : 0;
    }
}
