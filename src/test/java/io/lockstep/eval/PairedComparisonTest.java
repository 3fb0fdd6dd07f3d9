package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.LabelledData;
import io.lockstep.data.PairedRows;
import io.lockstep.data.TrainingData;
import io.lockstep.model.ModelDescription;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.testing.TestSpark;
import io.lockstep.train.Networks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two models of unlike features and normalizations on the same rows, against a plain loop over the lines of the file with
 * the reference network.
 */
class PairedComparisonTest {
    private static final int ROWS = 1700;

    @TempDir
    Path directory;

    private List<double[]> lines;
    private Path train;
    private Path test;

    /** {@code k} has five values, so that many rows have one key. */
    private void tables(String classes) throws IOException {
        train = table("train.csv", 300, classes, 1, new ArrayList<>());
        lines = new ArrayList<>();
        test = table("test.csv", ROWS, classes, 2, lines);
    }

    private Path table(String name, int rows, String classes, long seed, List<double[]> numbers) throws IOException {
        Random random = new Random(seed);
        List<String> text = new ArrayList<>(List.of("k,a,b,kind,price,w"));
        for (int i = 0; i < rows; i++) {
            int kind = random.nextInt(classes.length());
            String line = String.format(
                    Locale.ROOT,
                    "%d,%.4f,%.4f,%s,%.3f,%d",
                    random.nextInt(5),
                    random.nextGaussian(),
                    3 + 2 * random.nextGaussian(),
                    classes.charAt(kind),
                    random.nextGaussian(),
                    random.nextInt(4));
            text.add(line);
            String[] cells = line.split(",", -1);
            numbers.add(new double[] {
                Double.parseDouble(cells[1]),
                Double.parseDouble(cells[2]),
                kind,
                Double.parseDouble(cells[4]),
                Double.parseDouble(cells[5])
            });
        }
        return Files.write(directory.resolve(name), text);
    }

    private LockstepConfig config(String task, String label, String features, String more) {
        return ConfigReader.read("""
                task: %s
                data: { train: %s, test: %s, label: %s, features: %s, key: k, split: { train: 1 }%s }
                network: [{ dense: 5, activation: tanh }]
                training: { early_stopping: null }
                """.formatted(task, train, test, label, features, more), "c.yaml", List.of());
    }

    private static ModelDescription description(LockstepConfig config, TrainingData data) {
        return new ModelDescription(
                config.name(),
                config.task().configName(),
                Networks.of(config, data.features().width(), data.classes().size()),
                config.data().labels(),
                config.data().weight(),
                data.classes(),
                data.features(),
                data.evaluation().normalization(),
                data.evaluation().target(),
                Map.of());
    }

    /** A comparison, and for both models the output for each line of the file. */
    private record Compared(Comparison comparison, List<double[]> champion, List<double[]> challenger) {}

    private Compared compare(LockstepConfig first, LockstepConfig second, EvaluationMetric metric, int tasks) {
        try (TrainingData before = TrainingData.prepare(TestSpark.session(), first);
                TrainingData now = TrainingData.prepare(TestSpark.session(), second)) {
            ModelDescription champion = description(first, before);
            ModelDescription challenger = description(second, now);
            float[] championTheta = champion.network().initialize(first.initializer(), 5);
            float[] challengerTheta = challenger.network().initialize(second.initializer(), 6);
            try (PairedRows rows = now.pairedTest(champion)) {
                Comparison comparison = new PairedComparison(metric, 1)
                        .compare(
                                new PairedComparison.Contender(
                                        rows.champion().normalized(tasks, LabelledData.preparation(champion)),
                                        champion.network(),
                                        champion.target(),
                                        championTheta,
                                        champion.classes().stream()
                                                .map(challenger.classes()::indexOf)
                                                .toList()),
                                new PairedComparison.Contender(
                                        rows.challenger().normalized(tasks, now.evaluation()),
                                        challenger.network(),
                                        challenger.target(),
                                        challengerTheta,
                                        IntStream.range(0, challenger.classes().size())
                                                .boxed()
                                                .toList()),
                                rows.challenger().examples(),
                                second.data().weight().isPresent());
                return new Compared(
                        comparison,
                        outputs(champion, championTheta, line -> new double[] {line[0], line[1]}),
                        outputs(challenger, challengerTheta, line -> new double[] {line[1]}));
            }
        }
    }

    private List<double[]> outputs(ModelDescription model, float[] theta, Function<double[], double[]> features) {
        double[] wide =
                IntStream.range(0, theta.length).mapToDouble(i -> theta[i]).toArray();
        NetworkSpec network = model.network();
        ReferenceNetwork reference = new ReferenceNetwork(network);
        List<double[]> outputs = new ArrayList<>();
        for (double[] line : lines) {
            double[] x = features.apply(line);
            for (int f = 0; f < x.length; f++) {
                x[f] = (x[f] - model.normalization().means()[f])
                        / model.normalization().deviations()[f];
            }
            outputs.add(reference.outputs(wide, x, 1));
        }
        return outputs;
    }

    private static int predicted(double[] a) {
        if (a.length == 1) {
            return a[0] > 0.5 ? 1 : 0;
        }
        int best = 0;
        for (int k = 1; k < a.length; k++) {
            best = a[k] > a[best] ? k : best;
        }
        return best;
    }

    @Test
    void discordantRowsAreThoseOfALoopOverTheFile() throws IOException {
        tables("xyz");
        LockstepConfig first = config("classification", "kind", "[a, b]", "");
        LockstepConfig second = config("classification", "kind", "[b]", ", normalize: none");
        Compared compared = compare(first, second, EvaluationMetric.ACCURACY, 3);
        long b = 0;
        long c = 0;
        long right = 0;
        for (int i = 0; i < ROWS; i++) {
            boolean championRight = predicted(compared.champion().get(i)) == lines.get(i)[2];
            boolean challengerRight = predicted(compared.challenger().get(i)) == lines.get(i)[2];
            b += championRight && !challengerRight ? 1 : 0;
            c += challengerRight && !championRight ? 1 : 0;
            right += championRight ? 1 : 0;
        }
        assertThat(b).isPositive();
        assertThat(c).isPositive();
        Comparison comparison = compared.comparison();
        assertThat(comparison.discordant()).hasValue(new Comparison.Discordant(b, c));
        assertThat(comparison.examples()).isEqualTo(ROWS);
        assertThat(comparison.champion()).isCloseTo((double) right / ROWS, offset(1e-12));
        assertThat(comparison.gain()).isCloseTo((double) (c - b) / ROWS, offset(1e-12));
        assertThat(comparison.p()).isEqualTo(McNemar.of(b, c).p());
        // a share's standard error; a bootstrap of 2,000 replicates knows it to a few hundredths
        double error = Math.sqrt((b + c) / (double) ROWS - comparison.gain() * comparison.gain()) / Math.sqrt(ROWS);
        assertThat(comparison.high() - comparison.low()).isCloseTo(3.92 * error, offset(0.4 * error));
        assertThat(compare(first, second, EvaluationMetric.ACCURACY, 1).comparison())
                .as("whatever the number of tasks")
                .isEqualTo(comparison);
        Comparison error3 = compare(first, second, EvaluationMetric.ERROR, 2).comparison();
        assertThat(error3.gain()).isCloseTo(comparison.gain(), offset(1e-12));
        assertThat(error3.champion()).isCloseTo(1 - comparison.champion(), offset(1e-12));
        assertThat(error3.discordant()).isEqualTo(comparison.discordant());
    }

    @Test
    void theLogLossIsThatOfTheReference() throws IOException {
        tables("no");
        Compared compared = compare(
                config("classification", "kind", "[a, b]", ""),
                config("classification", "kind", "[b]", ", weight: w"),
                EvaluationMetric.LOSS,
                2);
        double champion = 0;
        double challenger = 0;
        double weight = 0;
        for (int i = 0; i < ROWS; i++) {
            // classes are sorted: n, o
            boolean isO = lines.get(i)[2] == 1;
            double w = lines.get(i)[4];
            champion -= w
                    * Math.log(
                            isO
                                    ? compared.champion().get(i)[0]
                                    : 1 - compared.champion().get(i)[0]);
            challenger -= w
                    * Math.log(
                            isO
                                    ? compared.challenger().get(i)[0]
                                    : 1 - compared.challenger().get(i)[0]);
            weight += w;
        }
        Comparison comparison = compared.comparison();
        // outputs are float32
        assertThat(comparison.champion()).isCloseTo(champion / weight, offset(1e-5));
        assertThat(comparison.challenger()).isCloseTo(challenger / weight, offset(1e-5));
        assertThat(comparison.gain()).isCloseTo((champion - challenger) / weight, offset(1e-5));
        assertThat(comparison.test()).isEqualTo(Comparison.Test.PAIRED_BOOTSTRAP);
        assertThat(comparison.discordant()).isEmpty();
    }

    @Test
    void aRegressionIsComparedInItsOwnUnitsByThePairedBootstrap() throws IOException {
        tables("xy");
        LockstepConfig first = config("regression", "price", "[a, b]", ", target: standard");
        LockstepConfig second = config("regression", "price", "[b]", "");
        for (EvaluationMetric metric : List.of(EvaluationMetric.RMSE, EvaluationMetric.MAE)) {
            Compared compared = compare(first, second, metric, 2);
            double before = 0;
            double now = 0;
            double difference = 0;
            double squares = 0;
            for (int i = 0; i < ROWS; i++) {
                double y = lines.get(i)[3];
                double one = term(metric, standard(compared.champion().get(i)[0]) - y);
                double two = term(metric, compared.challenger().get(i)[0] - y);
                before += one / ROWS;
                now += two / ROWS;
                difference += (one - two) / ROWS;
                squares += (one - two) * (one - two) / ROWS;
            }
            Comparison comparison = compared.comparison();
            assertThat(comparison.champion())
                    .isCloseTo(metric == EvaluationMetric.RMSE ? Math.sqrt(before) : before, offset(1e-4));
            assertThat(comparison.challenger())
                    .isCloseTo(metric == EvaluationMetric.RMSE ? Math.sqrt(now) : now, offset(1e-4));
            assertThat(comparison.gain()).isEqualTo(comparison.champion() - comparison.challenger());
            if (metric == EvaluationMetric.MAE) {
                double error = Math.sqrt(squares - difference * difference) / Math.sqrt(ROWS);
                assertThat(comparison.high() - comparison.low()).isCloseTo(3.92 * error, offset(0.4 * error));
            }
            assertThat(comparison.low()).isLessThan(comparison.gain());
            assertThat(comparison.high()).isGreaterThan(comparison.gain());
        }
    }

    private static double term(EvaluationMetric metric, double error) {
        return metric == EvaluationMetric.RMSE ? error * error : Math.abs(error);
    }

    /** Back to units of the price, by the training file's own mean and deviation. */
    private double standard(double t) {
        List<double[]> training = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(train).subList(1, 301)) {
                training.add(new double[] {Double.parseDouble(line.split(",", -1)[4])});
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        double mean = training.stream().mapToDouble(y -> y[0]).average().orElseThrow();
        double variance = training.stream()
                .mapToDouble(y -> (y[0] - mean) * (y[0] - mean))
                .average()
                .orElseThrow();
        return t * Math.sqrt(variance) + mean;
    }

    @Test
    void aClassThatTheChampionDoesNotKnowIsOneThatItAlwaysHasWrong() throws IOException {
        tables("xyz");
        Path two = directory.resolve("two.csv");
        Files.write(
                two,
                Files.readAllLines(train).stream()
                        .filter(line -> !line.contains(",z,"))
                        .toList());
        LockstepConfig first = ConfigReader.read(
                "task: classification\ndata: { train: " + two
                        + ", label: kind, features: [a, b], key: k, split: { train: 1 } }\n"
                        + "network: [{ dense: 5, activation: tanh }]\ntraining: { early_stopping: null }\n",
                "c.yaml",
                List.of());
        Compared compared = compare(first, config("classification", "kind", "[b]", ""), EvaluationMetric.ACCURACY, 2);
        long right = IntStream.range(0, ROWS)
                .filter(i -> predicted(compared.champion().get(i)) == lines.get(i)[2])
                .count();
        assertThat(compared.comparison().champion()).isCloseTo((double) right / ROWS, offset(1e-12));
        assertThat(lines.stream().filter(line -> line[2] == 2)).isNotEmpty();
    }
}
