package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.testing.TestSpark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.mllib.evaluation.BinaryClassificationMetrics;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.apache.spark.mllib.evaluation.RegressionMetrics;
import org.junit.jupiter.api.Test;
import scala.Tuple3;
import scala.Tuple4;

/** Metrics beside MLlib's, and beside plain loops where MLlib has none or not those of weighted rows. */
class MetricsOracleTest {
    private static final double TOLERANCE = 1e-9;

    private static int predicted(ScoredRows rows, int i) {
        float[] a = rows.outputs()[i];
        if (a.length == 1) {
            return a[0] > 0.5f ? 1 : 0;
        }
        int best = 0;
        for (int k = 1; k < a.length; k++) {
            best = a[k] > a[best] ? k : best;
        }
        return best;
    }

    private static int observed(ScoredRows rows, int i) {
        return (int) rows.targets()[i][0];
    }

    private static double[] probabilities(ScoredRows rows, int i) {
        float[] a = rows.outputs()[i];
        return a.length == 1
                ? new double[] {1.0 - a[0], a[0]}
                : IntStream.range(0, a.length).mapToDouble(k -> a[k]).toArray();
    }

    private static int[] weighty(ScoredRows rows) {
        return IntStream.range(0, rows.size())
                .filter(i -> rows.weights()[i] > 0)
                .toArray();
    }

    private static Map<String, Double> mllib(ScoredRows rows) {
        List<Tuple4<Object, Object, Object, double[]>> tuples = new ArrayList<>();
        for (int i : weighty(rows)) {
            tuples.add(new Tuple4<>(
                    (double) predicted(rows, i),
                    (double) observed(rows, i),
                    (double) rows.weights()[i],
                    probabilities(rows, i)));
        }
        MulticlassMetrics oracle =
                new MulticlassMetrics(TestSpark.context().parallelize(tuples, 2).rdd());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accuracy", oracle.accuracy());
        values.put("error", 1 - oracle.accuracy());
        values.put("precision", oracle.weightedPrecision());
        values.put("recall", oracle.weightedRecall());
        values.put("f1", oracle.weightedFMeasure());
        values.put("precision_micro", oracle.accuracy());
        values.put("recall_micro", oracle.accuracy());
        values.put("f1_micro", oracle.accuracy());
        values.put("log_loss", oracle.logLoss(1e-15));
        return values;
    }

    private static BinaryClassificationMetrics binary(ScoredRows rows, int positive) {
        List<Tuple3<Object, Object, Object>> tuples = new ArrayList<>();
        for (int i : weighty(rows)) {
            tuples.add(
                    new Tuple3<>(probabilities(rows, i)[positive], observed(rows, i) == positive ? 1.0 : 0.0, (double)
                            rows.weights()[i]));
        }
        return new BinaryClassificationMetrics(
                TestSpark.context().parallelize(tuples, 2).rdd(), 0);
    }

    private static double weight(ScoredRows rows) {
        double sum = 0;
        for (float w : rows.weights()) {
            sum += w;
        }
        return sum;
    }

    /** What MLlib has not: macro means, Brier's score, the calibration error, the mean loss. */
    private static Map<String, Double> naive(ScoredRows rows) {
        double total = weight(rows);
        double[] macro = new double[3];
        int present = 0;
        for (int k = 0; k < rows.classes(); k++) {
            double hits = 0;
            double guessed = 0;
            double there = 0;
            for (int i = 0; i < rows.size(); i++) {
                double w = rows.weights()[i];
                hits += predicted(rows, i) == k && observed(rows, i) == k ? w : 0;
                guessed += predicted(rows, i) == k ? w : 0;
                there += observed(rows, i) == k ? w : 0;
            }
            if (guessed + there > 0) {
                double p = guessed == 0 ? 0 : hits / guessed;
                double r = there == 0 ? 0 : hits / there;
                macro[0] += p;
                macro[1] += r;
                macro[2] += p + r == 0 ? 0 : 2 * p * r / (p + r);
                present++;
            }
        }
        double brier = 0;
        double loss = 0;
        for (int i = 0; i < rows.size(); i++) {
            double[] p = probabilities(rows, i);
            double squared = 0;
            for (int k = 0; k < p.length; k++) {
                squared += Math.pow(p[k] - (k == observed(rows, i) ? 1 : 0), 2);
            }
            brier += rows.weights()[i] * (p.length == 2 ? squared / 2 : squared);
            loss += rows.weights()[i] * rows.lossOf(i);
        }
        double ece = 0;
        for (int bin = 0; bin < 15; bin++) {
            double confidence = 0;
            double frequency = 0;
            for (int i = 0; i < rows.size(); i++) {
                double p = probabilities(rows, i)[rows.classes() == 2 ? 1 : predicted(rows, i)];
                boolean came = rows.classes() == 2 ? observed(rows, i) == 1 : observed(rows, i) == predicted(rows, i);
                if (p * 15 >= bin && (p * 15 < bin + 1 || bin == 14)) {
                    confidence += rows.weights()[i] * p;
                    frequency += came ? rows.weights()[i] : 0;
                }
            }
            ece += Math.abs(confidence - frequency) / total;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("precision_macro", macro[0] / present);
        values.put("recall_macro", macro[1] / present);
        values.put("f1_macro", macro[2] / present);
        values.put("brier", brier / total);
        values.put("ece", ece);
        values.put("loss", loss / total);
        return values;
    }

    private static void check(Map<String, Double> found, Map<String, Double> expected) {
        expected.forEach((name, value) -> assertThat(found.get(name)).as(name).isCloseTo(value, within(TOLERANCE)));
    }

    private static void checkClassification(ScoredRows rows) {
        Classification found = (Classification) rows.evaluation();
        Map<String, Double> expected = mllib(rows);
        expected.putAll(naive(rows));
        if (rows.classes() == 2) {
            BinaryClassificationMetrics oracle = binary(rows, 1);
            boolean both = IntStream.of(weighty(rows))
                            .map(i -> observed(rows, i))
                            .distinct()
                            .count()
                    == 2;
            if (both) {
                expected.put("auc", oracle.areaUnderROC());
                expected.put("auc_pr", oracle.areaUnderPR());
            }
        }
        check(found.metrics().values(), expected);
        assertThat(found.metrics().values().keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        assertThat(found.metrics().examples()).isEqualTo(rows.size());
        checkConfusion(rows, found);
    }

    private static void checkConfusion(ScoredRows rows, Classification found) {
        long[][] counts = new long[rows.classes()][rows.classes()];
        for (int i = 0; i < rows.size(); i++) {
            counts[observed(rows, i)][predicted(rows, i)]++;
        }
        assertThat(found.confusion())
                .isEqualTo(Arrays.stream(counts)
                        .map(row -> Arrays.stream(row).boxed().toList())
                        .toList());
        long[] examples =
                Arrays.stream(counts).mapToLong(row -> Arrays.stream(row).sum()).toArray();
        assertThat(found.classes().values().stream().map(Metrics::examples))
                .containsExactlyElementsOf(Arrays.stream(examples).boxed().toList());
    }

    @Test
    void randomClassificationsHaveMllibsMetrics() {
        checkClassification(ScoredRows.classification(701, 2, 7, false, 1));
        checkClassification(ScoredRows.classification(702, 2, 1, true, 2));
        checkClassification(ScoredRows.classification(703, 5, 6, true, 3));
        checkClassification(ScoredRows.classification(64, 10, 1, false, 4));
    }

    @Test
    void oneRowHasMetrics() {
        checkClassification(ScoredRows.classification(1, 2, 7, false, 5));
        checkClassification(ScoredRows.classification(1, 4, 7, false, 6));
    }

    @Test
    void oneClassHasNoArea() {
        for (int kind : new int[] {0, 1}) {
            ScoredRows all = ScoredRows.classification(300, 2, 7, true, 7);
            checkClassification(all.where(i -> all.targets()[i][0] == kind));
        }
    }

    @Test
    void aConstantScoreIsWorthACoinsToss() {
        ScoredRows rows = ScoredRows.classification(100, 2, 0, false, 8);
        for (float[] output : rows.outputs()) {
            output[0] = 0.25f;
        }
        checkClassification(rows);
        assertThat(rows.evaluation().metrics().value("auc")).hasValue(0.5);
    }

    @Test
    void rowsWithoutWeightAreCountedAndHaveNoMetrics() {
        ScoredRows rows = ScoredRows.classification(20, 3, 3, false, 9);
        Arrays.fill(rows.weights(), 0);
        Classification found = (Classification) rows.evaluation();
        assertThat(found.metrics().values()).isEmpty();
        assertThat(found.metrics().intervals()).isEmpty();
        assertThat(found.metrics().examples()).isEqualTo(20);
        checkConfusion(rows, found);
        ScoredRows numbers = ScoredRows.regression(20, 1, 0, false, 9);
        Arrays.fill(numbers.weights(), 0);
        assertThat(((Regression) numbers.evaluation()).residuals()).isEmpty();
    }

    @Test
    void eachClassAgainstTheRestHasMllibsAreas() {
        for (ScoredRows rows : List.of(
                ScoredRows.classification(400, 3, 2, true, 10), ScoredRows.classification(400, 2, 7, true, 11))) {
            Classification found = (Classification) rows.evaluation();
            for (int k = 0; k < rows.classes(); k++) {
                BinaryClassificationMetrics oracle = binary(rows, k);
                Metrics ofClass = found.classes().get("c" + k);
                assertThat(ofClass.value("auc").orElseThrow()).isCloseTo(oracle.areaUnderROC(), within(TOLERANCE));
                assertThat(ofClass.value("auc_pr").orElseThrow()).isCloseTo(oracle.areaUnderPR(), within(TOLERANCE));
            }
        }
    }

    @Test
    void thinnedCurvesLieOnMllibs() {
        ScoredRows rows = ScoredRows.classification(3000, 2, 7, true, 12);
        Classification found = (Classification) rows.evaluation();
        BinaryClassificationMetrics oracle = binary(rows, 1);
        checkOnCurve(found.roc(), oracle.roc().toJavaRDD());
        checkOnCurve(found.pr(), oracle.pr().toJavaRDD());
        assertThat(found.roc().get(0)).isEqualTo(new CurvePoint(0, 0));
        assertThat(found.roc().get(found.roc().size() - 1)).isEqualTo(new CurvePoint(1, 1));
        assertThat(found.pr().get(0).x()).isZero();
        assertThat(found.pr().get(found.pr().size() - 1).x()).isEqualTo(1);
    }

    private static void checkOnCurve(List<CurvePoint> found, JavaRDD<scala.Tuple2<Object, Object>> curve) {
        List<double[]> all = curve.map(point -> new double[] {(double) point._1(), (double) point._2()})
                .collect();
        assertThat(found).hasSizeBetween(150, 201);
        for (CurvePoint point : found) {
            assertThat(all.stream()
                            .mapToDouble(of -> Math.abs(of[0] - point.x()) + Math.abs(of[1] - point.y()))
                            .min())
                    .as(point.toString())
                    .hasValueCloseTo(0.0, within(TOLERANCE));
        }
    }

    @Test
    void regressionsHaveMllibsMetrics() {
        for (ScoredRows rows : List.of(
                ScoredRows.regression(500, 1, 3, false, 13),
                ScoredRows.regression(501, 1, 3, true, 14),
                // where float32 is 128 apart, sums of squares about 0 would lose all of the variance
                ScoredRows.regression(502, 1, 1.6e9, false, 15),
                ScoredRows.regression(1, 1, 3, false, 16))) {
            Map<String, Double> found = rows.evaluation().metrics().values();
            List<Tuple3<Object, Object, Object>> tuples = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                tuples.add(new Tuple3<>(
                        (double) rows.outputs()[i][0], (double) rows.targets()[i][0], (double) rows.weights()[i]));
            }
            RegressionMetrics oracle = new RegressionMetrics(
                    TestSpark.context().parallelize(tuples, 2).rdd(), false);
            double rmse = oracle.rootMeanSquaredError();
            assertThat(found.get("rmse")).isCloseTo(rmse, within(TOLERANCE * Math.max(1, rmse)));
            assertThat(found.get("mae")).isCloseTo(oracle.meanAbsoluteError(), within(TOLERANCE * Math.max(1, rmse)));
            checkR2(rows, 0, found.get("r2"));
        }
    }

    /** MLlib's own is not that of rows repeated where they have weights. */
    private static void checkR2(ScoredRows rows, int k, Double found) {
        double mean = 0;
        for (int i = 0; i < rows.size(); i++) {
            mean += rows.weights()[i] * (double) rows.targets()[i][k] / weight(rows);
        }
        double squared = 0;
        double around = 0;
        for (int i = 0; i < rows.size(); i++) {
            squared += rows.weights()[i] * Math.pow((double) rows.outputs()[i][k] - rows.targets()[i][k], 2);
            around += rows.weights()[i] * Math.pow(rows.targets()[i][k] - mean, 2);
        }
        if (around == 0) {
            assertThat(found).isNull();
        } else {
            assertThat(found).isCloseTo(1 - squared / around, within(TOLERANCE));
        }
    }

    @Test
    void constantTargetsHaveNoR2HoweverTheyAreSummed() {
        ScoredRows rows = ScoredRows.regression(1000, 1, 0, true, 17);
        for (float[] target : rows.targets()) {
            target[0] = 5.1f;
        }
        Metrics found = rows.evaluation(8, 3, EvaluationJob.MOST_RANKED).metrics();
        assertThat(found.values()).containsKeys("rmse", "mae").doesNotContainKey("r2");
        assertThat(found.intervals()).containsKeys("rmse", "mae").doesNotContainKey("r2");
    }

    @Test
    void residualsAreThoseOfASortedList() {
        for (boolean weighted : new boolean[] {false, true}) {
            ScoredRows rows = ScoredRows.regression(733, 2, 1, weighted, 18);
            Regression found = (Regression) rows.evaluation(4, 3, EvaluationJob.MOST_RANKED);
            for (int k = 0; k < 2; k++) {
                int label = k;
                Residuals residuals = found.outputs().get("l" + k).residuals().orElseThrow();
                // half weights, twice
                List<Double> repeated = new ArrayList<>();
                for (int i = 0; i < rows.size(); i++) {
                    for (int times = 0; times < 2 * rows.weights()[i]; times++) {
                        repeated.add((double) rows.targets()[i][label] - (double) rows.outputs()[i][label]);
                    }
                }
                repeated.sort(null);
                assertThat(residuals.quantiles()).hasSize(7);
                residuals.quantiles().forEach((q, e) -> assertThat(e)
                        .as("quantile " + q)
                        .isCloseTo(repeated.get((int) Math.ceil(q * repeated.size()) - 1), within(TOLERANCE)));
                assertThat(residuals.mean())
                        .isCloseTo(
                                repeated.stream().mapToDouble(e -> e).average().orElseThrow(), within(TOLERANCE));
                double from = residuals.quantiles().get(0.01);
                double to = residuals.quantiles().get(0.99);
                assertThat(residuals.histogram().from()).isEqualTo(from);
                assertThat(residuals.histogram().to()).isEqualTo(to);
                assertThat(residuals.histogram().counts().stream()
                                .mapToLong(count -> count)
                                .sum())
                        .isEqualTo(IntStream.of(weighty(rows))
                                .mapToDouble(i -> (double) rows.targets()[i][label] - (double) rows.outputs()[i][label])
                                .filter(e -> e >= from && e <= to)
                                .count());
                checkR2(rows, k, found.outputs().get("l" + k).metrics().values().get("r2"));
            }
        }
    }

    @Test
    void labelsHaveMllibsAreasEach() {
        ScoredRows rows = ScoredRows.multilabel(300, 3, true, 19);
        Multilabel found = (Multilabel) rows.evaluation();
        for (int k = 0; k < 3; k++) {
            int label = k;
            List<Tuple3<Object, Object, Object>> tuples = IntStream.of(weighty(rows))
                    .mapToObj(i -> new Tuple3<Object, Object, Object>(
                            (double) rows.outputs()[i][label], (double) rows.targets()[i][label], (double)
                                    rows.weights()[i]))
                    .toList();
            BinaryClassificationMetrics oracle = new BinaryClassificationMetrics(
                    TestSpark.context().parallelize(tuples, 2).rdd(), 0);
            Metrics ofLabel = found.labels().get("l" + k);
            assertThat(ofLabel.value("auc").orElseThrow()).isCloseTo(oracle.areaUnderROC(), within(TOLERANCE));
            assertThat(ofLabel.value("auc_pr").orElseThrow()).isCloseTo(oracle.areaUnderPR(), within(TOLERANCE));
        }
    }

    @Test
    void veryManyClassesAreCountedWithoutAConfusionMatrix() {
        ScoredRows rows = ScoredRows.classification(300, 1010, 1, true, 20);
        Classification found = (Classification) rows.evaluation(8, 3, EvaluationJob.MOST_RANKED);
        Map<String, Double> expected = mllib(rows);
        expected.putAll(naive(rows));
        check(found.metrics().values(), expected);
        assertThat(found.confusion()).isEmpty();
        assertThat(found.classes()).hasSize(1010);
        assertThat(found.metrics().intervals()).containsKeys("accuracy", "loss").doesNotContainKeys("f1", "f1_macro");
    }
}
