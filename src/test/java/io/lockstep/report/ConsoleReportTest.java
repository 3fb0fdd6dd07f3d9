package io.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.SyncMode;
import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import io.lockstep.train.EpochRecord;
import io.lockstep.train.EpochTime;
import io.lockstep.train.HealthReport;
import io.lockstep.train.HealthWarning;
import io.lockstep.train.NetworkHealth;
import io.lockstep.train.Score;
import io.lockstep.train.TrainingListener;
import io.lockstep.train.TrainingResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleReportTest {
    private static final LockstepConfig CLASSES =
            ConfigReader.read("task: classification\ndata: { train: a.csv, label: b }\n", "t.yaml", List.of());
    private static final LockstepConfig PRICES =
            ConfigReader.read("task: regression\ndata: { train: a.csv, label: b }\n", "t.yaml", List.of());

    private static final NetworkHealth HEALTH = new NetworkHealth(1, 1, List.of());

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static TrainingListener.Plan plan(int epochs, int hiddenLayers) {
        return plan(epochs, hiddenLayers, 10_000_000);
    }

    private static TrainingListener.Plan plan(int epochs, int hiddenLayers, long examples) {
        List<LayerSpec> layers = new ArrayList<>();
        for (int l = 0; l < hiddenLayers; l++) {
            layers.add(new LayerSpec.Dense(300));
            layers.add(new LayerSpec.Activate(Activation.of(Activation.Kind.LEAKY_RELU)));
        }
        layers.add(new LayerSpec.Dense(1));
        NetworkSpec network = new NetworkSpec(new Shape.Vector(784), layers, Loss.HALVED_SQUARED);
        return new TrainingListener.Plan(
                network, examples, epochs, 512, 3, 128, 64, 64, SyncMode.DRIVER, Optional.empty());
    }

    private static EpochRecord epoch(int number, double loss, Map<EvaluationMetric, Double> dev, double rate) {
        Optional<Score> score = dev.isEmpty() ? Optional.empty() : Optional.of(new Score(100, dev));
        return new EpochRecord(
                number, loss, score, rate, new EpochTime(0.5, 0.25, 0.125, 0.0625, 0.03125), 0.1, HEALTH);
    }

    @Test
    void anEpochIsALineUnderItsHeads() {
        ConsoleReport report = new ConsoleReport(CLASSES, out, Optional.empty());
        report.started(plan(30, 1));
        report.stepTaken(new TrainingListener.Step(1, 1, 3, 2.5, 64, 0.5));
        report.epochEnded(
                epoch(1, 1.75, Map.of(EvaluationMetric.LOSS, 0.5, EvaluationMetric.ACCURACY, 0.9375), 12_345.6));
        assertThat(lines().subList(0, 4))
                .containsExactly(
                        "Network 784-300 leaky_relu-1: 235,801 parameters.",
                        "3 steps an epoch, 128 shards on 64 tasks, sync: driver.",
                        "Time in percent: compute/wait/exchange/optimizer/Spark.",
                        "epoch train-loss   dev-loss dev-accuracy examples/s       c/w/e/o/S     left");
        // the time left is the clock's
        assertThat(lines().get(4))
                .matches("    1     1\\.7500     0\\.5000       0\\.9375     12,346    50/25/13/6/6 +\\d+:\\d\\d");
    }

    @Test
    void theChoiceOfSynchronizationAndIdleSlotsAreExplained() {
        ConsoleReport report = new ConsoleReport(CLASSES, out, Optional.empty());
        TrainingListener.Plan plan = plan(1, 1);
        report.started(new TrainingListener.Plan(
                plan.network(),
                plan.examples(),
                1,
                512,
                3,
                2,
                2,
                12,
                SyncMode.BARRIER,
                Optional.of("took barrier: a step in 12.0 ms by driver, in 1.0 ms by barrier")));
        assertThat(lines().subList(1, 5))
                .containsExactly(
                        "3 steps an epoch, 2 shards on 2 tasks, sync: barrier.",
                        "sync: auto took barrier: a step in 12.0 ms by driver, in 1.0 ms by barrier.",
                        "Only 2 of 12 slots work. shards: 16 would occupy all, in thinner slices;",
                        "so would a training.batch_size of 4,096, in slices as thick as now.");
    }

    @Test
    void theEndTellsWhereTheTimeWent() {
        ConsoleReport report = new ConsoleReport(PRICES, out, Optional.empty());
        report.started(plan(2, 1));
        List<EpochRecord> epochs = List.of(epoch(1, 1, Map.of(), 1), epoch(2, 1, Map.of(), 1));
        report.ended(
                new TrainingResult(new float[0], 2, epochs, OptionalInt.empty(), new HealthReport(HEALTH, List.of())));
        assertThat(lines())
                .contains("Time: compute 50 %, wait 25 %, exchange 13 %, optimizer 6 %, Spark 6 % of 1.0 s.");
    }

    @Test
    void aWarningIsWrappedUnderItsFirstLine() {
        ConsoleReport report = new ConsoleReport(CLASSES, out, Optional.empty());
        report.warned(new HealthWarning(
                HealthWarning.Kind.OVERFITTING,
                17,
                "overfitting: since epoch 12 the dev loss rose from 0.31 to 0.52, while the train loss fell."
                        + " Set training.l2."));
        assertThat(lines())
                .containsExactly(
                        "Warning (epoch 17): overfitting: since epoch 12 the dev loss rose from 0.31 to",
                        "  0.52, while the train loss fell. Set training.l2.");
    }

    @Test
    void aWordLongerThanALineIsCut() {
        assertThat(Text.wrap("a bcdefghijklm no", " ", 6)).containsExactly("a", " bcdef", " ghijk", " lm no");
    }

    @Test
    void withoutADevSetItsColumnsAreDashes() {
        ConsoleReport report = new ConsoleReport(PRICES, out, Optional.empty());
        report.started(plan(1, 1));
        report.stepTaken(new TrainingListener.Step(1, 1, 3, 2.5, 64, 0.5));
        report.epochEnded(epoch(1, 1.75, Map.of(), 100));
        assertThat(lines().get(4)).contains("     1.7500          -            -        100");
    }

    @Test
    void linesFitEightyColumnsWhateverTheNumbers() {
        ConsoleReport report = new ConsoleReport(PRICES, out, Optional.empty());
        report.started(plan(1000, 40));
        for (double value : new double[] {-1_005_154_655.7759, 1.234e30, 3e-12, 0, Double.NEGATIVE_INFINITY}) {
            report.stepTaken(new TrainingListener.Step(1000, 1, 3, value, 64, 1));
            Map<EvaluationMetric, Double> dev = Map.of(EvaluationMetric.LOSS, value, EvaluationMetric.R2, value);
            report.epochEnded(epoch(1000, value, dev, 1e7));
            report.epochEnded(epoch(123_456, value, dev, 1e13));
        }
        assertThat(lines()).hasSizeGreaterThan(10).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(80));
        assertThat(lines().get(4)).contains("-1.005e+09").contains("10,000,000");
        assertThat(lines().get(0)).startsWith("Network 784-(40 hidden layers)-1: ");
    }

    @Test
    void theBarShowsEverythingInEightyColumns() throws Exception {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        ConsoleReport report =
                new ConsoleReport(PRICES, out, Optional.of(new PrintStream(screen, true, StandardCharsets.UTF_8)));
        report.started(plan(1000, 2));
        report.epochEnded(
                epoch(999, 1, Map.of(EvaluationMetric.LOSS, 1.0, EvaluationMetric.R2, -1_005_154_655.7759), 1));
        report.stepTaken(new TrainingListener.Step(1000, 1, 3, 1_234_567_890.5, 10_000_000, 1));
        report.close();
        String last = last(screen);
        assertThat(last.length()).isLessThanOrEqualTo(80);
        assertThat(last).contains("epoch 1000/1000", "loss 1.23e+09", "dev r2 -1.0e+09", "/s", "sync 100%", "left ");
        assertThat(lines()).as("no table beside the bar").hasSize(2);
    }

    @Test
    void thereIsABarWhereThereIsRoom() throws Exception {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        ConsoleReport report =
                new ConsoleReport(CLASSES, out, Optional.of(new PrintStream(screen, true, StandardCharsets.UTF_8)));
        report.started(plan(1, 2, 3 * 64));
        for (int step = 1; step <= 3; step++) {
            report.stepTaken(new TrainingListener.Step(1, step, 3, 0.25, 64, 0.1));
        }
        report.close();
        String last = last(screen);
        assertThat(last.length()).isLessThanOrEqualTo(80);
        assertThat(last).matches("\\[=+]  epoch 1/1  loss 0\\.2500  \\d+[kM]?/s  sync 10%  left 0:00");
    }

    @Test
    void theBarCountsAFullBatchEpochAsTheExamplesItTakes() throws Exception {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        ConsoleReport report =
                new ConsoleReport(CLASSES, out, Optional.of(new PrintStream(screen, true, StandardCharsets.UTF_8)));
        // an epoch of three mini-batches, then one of the full batch
        report.started(plan(2, 2, 3 * 64));
        for (int step = 1; step <= 3; step++) {
            report.stepTaken(new TrainingListener.Step(1, step, 3, 0.25, 64, 0.1));
        }
        report.stepTaken(new TrainingListener.Step(2, 1, 1, 0.25, 3 * 64, 0.1));
        report.close();
        assertThat(last(screen)).matches("\\[=+]  epoch 2/2  loss 0\\.2500  \\d+[kM]?/s  sync 10%  left 0:00");
    }

    @Test
    void theBarIsHalfFullWhenHalfTheExamplesAreThrough() throws Exception {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        ConsoleReport report =
                new ConsoleReport(CLASSES, out, Optional.of(new PrintStream(screen, true, StandardCharsets.UTF_8)));
        report.started(plan(2, 2, 3 * 64));
        for (int step = 1; step <= 3; step++) {
            report.stepTaken(new TrainingListener.Step(1, step, 3, 0.25, 64, 0.1));
        }
        report.close();
        assertThat(last(screen)).startsWith("[==========          ]  epoch 1/2");
    }

    private static String last(ByteArrayOutputStream screen) {
        List<String> frames = List.of(screen.toString(StandardCharsets.UTF_8).split("[\r\n]+"));
        return frames.stream()
                .filter(frame -> frame.contains("epoch"))
                .reduce((first, next) -> next)
                .orElseThrow()
                .strip();
    }

    @Test
    void theEndTellsWhyItEndedAndWhatIsKept() {
        ConsoleReport report = new ConsoleReport(CLASSES, out, Optional.empty());
        List<EpochRecord> epochs = List.of(epoch(1, 1, Map.of(), 1), epoch(2, 1, Map.of(), 1));
        report.ended(
                new TrainingResult(new float[1], 1, epochs, OptionalInt.of(2), new HealthReport(HEALTH, List.of())));
        report.ended(
                new TrainingResult(new float[1], 2, epochs, OptionalInt.of(1), new HealthReport(HEALTH, List.of())));
        report.ended(
                new TrainingResult(new float[1], 2, epochs, OptionalInt.empty(), new HealthReport(HEALTH, List.of())));
        assertThat(lines().stream().filter(line -> !line.startsWith("Time")))
                .containsExactly(
                        "Stopped early after epoch 2; kept the weights of epoch 1 of 2.",
                        "Stopped mini-batches early after epoch 1; kept the weights of epoch 2 of 2.",
                        "Ran all epochs; kept the weights of epoch 2 of 2.");
    }

    @Test
    void theLossIsAnAverageWithBiasCorrection() {
        MovingAverage average = new MovingAverage();
        double v = 0;
        double[] losses = {3, 2.5, 7, -1, 0.125};
        for (int t = 1; t <= losses.length; t++) {
            average.add(losses[t - 1]);
            v = 0.98 * v + 0.02 * losses[t - 1];
            // float64, a handful of operations
            assertThat(average.value()).isCloseTo(v / (1 - Math.pow(0.98, t)), within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0:00", "59.6,1:00", "3599,59:59", "3723,1:02:03", "359999,99:59:59", "360000,4d04h"})
    void durationsReadAsClocks(double seconds, String expected) {
        assertThat(Numbers.duration(seconds)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0.4,0", "9999,9999", "10000,10k", "9999999,9999k", "12345678,12M"})
    void ratesTakeFewCharacters(double rate, String expected) {
        assertThat(Numbers.rate(rate)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,10,0.0000", "0.00003123,10,3.12e-05", "-1005154655.7759,8,-1.0e+09", "123456.78901,10,1.235e+05"})
    void numbersKeepToTheirWidth(double value, int width, String expected) {
        assertThat(Numbers.compact(value, width)).isEqualTo(expected);
    }
}
