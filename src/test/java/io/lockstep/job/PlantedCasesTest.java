package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings whose trouble is known because it was planted. Rows lie within or outside of a circle in the plane of a and b,
 * with a gap between, so that a network of some units makes no mistakes and a linear one nearly half.
 */
class PlantedCasesTest {
    private static final double RADIUS = Math.sqrt(2 * Math.log(2)); // half of the rows are within

    @TempDir
    Path directory;

    @BeforeEach
    void session() {
        assertThat(TestSpark.session().sparkContext().isStopped()).isFalse();
    }

    /** One row: its columns a, b and label from what was drawn. */
    private record Point(double a, double b, boolean within) {}

    private String table(String name, int rows, int noise, long seed, BiFunction<Point, Random, Point> plant)
            throws IOException {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        StringBuilder header = new StringBuilder("a,b");
        for (int k = 0; k < noise; k++) {
            header.append(",n").append(k);
        }
        lines.add(header + ",label");
        while (lines.size() <= rows) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            double radius = Math.hypot(a, b) / RADIUS;
            if (radius > 0.9 && radius < 1.1) {
                continue;
            }
            Point point = plant.apply(new Point(a, b, radius < 1), random);
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%.5f,%.5f", point.a(), point.b()));
            for (int k = 0; k < noise; k++) {
                line.append(String.format(Locale.ROOT, ",%.4f", random.nextGaussian()));
            }
            lines.add(line + (point.within() ? ",within" : ",outside"));
        }
        return Files.write(directory.resolve(name + ".csv"), lines).toString();
    }

    private static Point asDrawn(Point point, Random random) {
        return point;
    }

    private static Point guessed(Point point, Random random) {
        return new Point(point.a(), point.b(), random.nextBoolean());
    }

    private JsonNode diagnosis(String network, int epochs, String data, String... options) throws IOException {
        Path config = Files.writeString(
                directory.resolve("c.yaml"),
                "name: planted\ntask: classification\nnetwork: " + network + "\ntraining: { epochs: " + epochs
                        + ", batch_size: 64, early_stopping: null, optimizer: { learning_rate: 0.01 } }\ncheckpoint: null\n"
                        + "data: { label: label, " + data + " }\noutput: " + directory.resolve("model") + "\n");
        List<String> arguments = new ArrayList<>(List.of("train", config.toString()));
        arguments.addAll(List.of(options));
        assertThat(Lockstep.run(arguments.toArray(String[]::new))).isZero();
        return FinishedModel.json(directory.resolve("model").resolve("metrics.json"));
    }

    private static List<String> findings(JsonNode metrics) {
        List<String> findings = new ArrayList<>();
        metrics.get("diagnosis").get("findings").forEach(finding -> findings.add(finding.asText()));
        return findings;
    }

    @Test
    void aLinearModelOfACircleUnderfits() throws IOException {
        String rows = table("rows", 3000, 0, 1, PlantedCasesTest::asDrawn);
        assertThat(findings(diagnosis("[]", 10, "train: " + rows))).containsExactly("high_bias");
    }

    @Test
    void aLargeNetworkOnFewRowsOfMuchNoiseOverfits() throws IOException {
        String rows = table("rows", 400, 30, 2, PlantedCasesTest::asDrawn);
        assertThat(findings(diagnosis("[{ dense: 100 }]", 60, "train: " + rows + ", split: { train: 0.4, dev: 0.6 }")))
                .containsExactly("high_variance");
    }

    @Test
    void aLearningCurveTellsWhetherMoreDataWouldHelp() throws IOException {
        String rows = table("rows", 1600, 30, 9, PlantedCasesTest::asDrawn);
        String data = "train: " + rows + ", split: { train: 0.5, dev: 0.5 }";
        JsonNode overfit = curve(diagnosis("[{ dense: 100 }]", 30, data, "--learning-curve"));
        assertThat(overfit.get("more_data_helps").asBoolean()).isTrue();
        assertThat(overfit.get("sentence").asText())
                .startsWith("More data helps: ")
                .contains("on dev with");
        long all = overfit.get("points").get(3).get("examples").asLong();
        for (int i = 0; i < 4; i++) {
            long part = overfit.get("points").get(i).get("examples").asLong();
            double share = Math.pow(2, i - 3);
            // 4.5 standard deviations of a binomial
            assertThat(part)
                    .isCloseTo(Math.round(share * all), within(Math.round(4.5 * Math.sqrt(all * share * (1 - share)))));
        }
        String few = table("few", 3000, 0, 10, PlantedCasesTest::asDrawn);
        JsonNode underfit = curve(diagnosis("[]", 5, "train: " + few, "--learning-curve"));
        assertThat(underfit.get("more_data_helps").asBoolean()).isFalse();
        assertThat(Files.readString(directory.resolve("model/report.html"))).contains("More data?");
    }

    private static JsonNode curve(JsonNode metrics) {
        return metrics.get("learning_curve");
    }

    @Test
    void aLinearModelOfGuessedLabelsDoesBoth() throws IOException {
        String rows = table("rows", 600, 30, 3, PlantedCasesTest::guessed);
        assertThat(findings(diagnosis("[]", 60, "train: " + rows + ", split: { train: 0.3, dev: 0.7 }")))
                .containsExactly("high_bias", "high_variance");
    }

    @Test
    void aNetworkThatFitsIsFine() throws IOException {
        String rows = table("rows", 4000, 0, 4, PlantedCasesTest::asDrawn);
        JsonNode metrics = diagnosis("[{ dense: 32 }]", 30, "train: " + rows);
        assertThat(findings(metrics)).isEmpty();
        assertThat(metrics.get("diagnosis").get("verdict").asText()).isEqualTo("neither high bias nor high variance");
        assertThat(metrics.has("drift")).as("sets of one file do not drift").isFalse();
    }

    @Test
    void aShiftedFeatureOfDevIsNamedWithATrainDevSetAndWithout() throws IOException {
        String train = table("train", 4000, 2, 5, PlantedCasesTest::asDrawn);
        String dev = table("dev", 1000, 2, 6, (point, random) -> new Point(point.a() + 1.5, point.b(), point.within()));
        for (String split : List.of("split: { train: 1 }", "split: { train: 1, train_dev: 0.2 }")) {
            JsonNode metrics = diagnosis("[{ dense: 32 }]", 30, "train: " + train + ", dev: " + dev + ", " + split);
            assertThat(findings(metrics)).as(split).containsExactly("mismatch");
            JsonNode drift = metrics.get("drift").get("dev");
            assertThat(drift.get("shifted").asInt()).isEqualTo(1);
            assertThat(drift.get("columns").get(0).get("column").asText()).isEqualTo("a");
            // of two normal distributions 1.5 standard deviations apart: 2Φ(0.75) − 1 and Φ(1.5/√2); the gap in the
            // circle moves both a little
            assertThat(drift.get("columns").get(0).get("ks").asDouble()).isBetween(0.45, 0.65);
            assertThat(drift.get("told_apart").get("auc").asDouble()).isBetween(0.78, 0.92);
            assertThat(drift.get("told_apart").get("columns").fieldNames().next())
                    .isEqualTo("a");
            assertThat(metrics.get("diagnosis").get("next").get(0).asText()).contains("a (PSI");
        }
        Path out = directory.resolve("evaluated.json");
        String model = directory.resolve("model").toString();
        CapturedRun evaluated =
                CapturedRun.of("evaluate", model, "--data", dev, "--against", train, "--out", out.toString());
        assertThat(evaluated.code()).as(evaluated.err()).isZero();
        assertThat(evaluated.out()).contains("Drift: 1 of 4 columns lie elsewhere than train's.", "  a (PSI ");
        assertThat(evaluated.out().lines()).allMatch(line -> line.length() <= 80);
        JsonNode drift = FinishedModel.json(out).get("drift");
        assertThat(drift.get("shifted").asInt()).isEqualTo(1);
        assertThat(drift.get("told_apart").get("auc").asDouble()).isBetween(0.78, 0.92);
        assertThat(CapturedRun.of("evaluate", model, "--data", train).out()).contains("Drift: 0 of 4 columns");
    }

    @Test
    void mislabelledTestRowsAreSuspected() throws IOException {
        String train = table("train", 4000, 0, 7, PlantedCasesTest::asDrawn);
        String test = table(
                "test",
                1000,
                0,
                8,
                (point, random) -> new Point(point.a(), point.b(), point.within() ^ random.nextInt(8) == 0));
        JsonNode metrics = diagnosis(
                "[{ dense: 32 }]", 30, "train: " + train + ", test: " + test + ", split: { train: 0.8, dev: 0.2 }");
        assertThat(findings(metrics)).containsExactly("suspect_labels");
        assertThat(metrics.get("drift").get("test").get("shifted").asInt()).isZero();
        // 1 of 8 rows, give or take 4.5 standard deviations of a binomial of 1000
        assertThat(metrics.get("test").get("error").asDouble()).isBetween(0.075, 0.18);
    }
}
