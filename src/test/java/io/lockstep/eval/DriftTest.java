package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.ConfigReader;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.model.JsonField;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oracle is arithmetic on the counts that were planted. */
class DriftTest {
    private static final int ROWS = 4000;

    @TempDir
    Path directory;

    private Path table(String name, int rows, String header, Function<Random, String> row) throws IOException {
        Random random = new Random(name.hashCode());
        List<String> lines = new ArrayList<>(List.of(header));
        for (int i = 0; i < rows; i++) {
            lines.add(row.apply(random));
        }
        return Files.write(directory.resolve(name + ".csv"), lines);
    }

    private static TrainingData prepare(Path train, Path dev, String data) {
        return TrainingData.prepare(
                TestSpark.session(),
                ConfigReader.read(
                        "task: regression\ndata: { train: " + train + ", dev: " + dev
                                + ", label: y, split: { train: 1 }" + data + " }\n",
                        "test.yaml",
                        List.of()));
    }

    private static Drift drift(TrainingData data, int tasks) {
        FeatureProfile train =
                FeatureProfile.ofTraining(data.set(DataRole.TRAIN), tasks).orElseThrow();
        return new DriftComparison(data.features(), train).with(train.over(data.set(DataRole.DEV), tasks));
    }

    private static FeatureDrift of(Drift drift, String column) {
        return drift.columns().stream()
                .filter(of -> of.column().equals(column))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theStabilityIndexOfACategoryIsThatOfItsShares() throws IOException {
        int[] i = {0, 0};
        // train: 50 % a, 30 % b, 20 % c; dev: 20 % a, 30 % b, 40 % c and 10 % of a level that train lacks
        Path train = table("train", 1000, "k,y", random -> "aaaaabbbcc".charAt(i[0]++ % 10) + ",1" + i[0]);
        Path dev = table("dev", 500, "k,y", random -> "aabbbccccd".charAt(i[1]++ % 10) + ",1" + i[1]);
        try (TrainingData data = prepare(train, dev, "")) {
            FeatureDrift k = of(drift(data, 2), "k");
            double[][] counts = {{500, 100}, {300, 150}, {200, 200}, {0, 50}};
            double psi = 0;
            for (double[] count : counts) {
                double p = (count[0] + 0.5) / (1000 + 2);
                double q = (count[1] + 0.5) / (500 + 2);
                psi += (q - p) * Math.log(q / p);
            }
            assertThat(k.psi()).isCloseTo(psi, within(1e-12));
            assertThat(k.ks()).as("half of 0.3 + 0 + 0.2 + 0.1").isCloseTo(0.3, within(1e-12));
            assertThat(k.isShifted()).isTrue();
            assertThat(k.description()).isEqualTo("a 50.0 % → 20.0 %");
        }
    }

    @Test
    void whatIsPlantedIsShiftedAndNothingElse() throws IOException {
        String header = "same,moved,wider,constant,gaps,y";
        Path train = table(
                "train",
                ROWS,
                header,
                random -> String.format(
                        Locale.ROOT,
                        "%.4f,%.4f,%.4f,7,%s,%.4f",
                        random.nextGaussian(),
                        random.nextGaussian(),
                        random.nextGaussian(),
                        random.nextInt(20) == 0 ? "" : "" + random.nextInt(100),
                        random.nextGaussian()));
        Path dev = table(
                "dev",
                900,
                header,
                random -> String.format(
                        Locale.ROOT,
                        "%.4f,%.4f,%.4f,6,%s,%.4f",
                        random.nextGaussian(),
                        1 + random.nextGaussian(),
                        3 * random.nextGaussian(),
                        random.nextInt(2) == 0 ? "" : "" + random.nextInt(100),
                        random.nextGaussian()));
        try (TrainingData data = prepare(train, dev, ", missing: impute")) {
            Drift drift = drift(data, 2);
            assertThat(drift.columns().stream()
                            .filter(FeatureDrift::isShifted)
                            .map(FeatureDrift::column)
                            .toList())
                    .containsExactlyInAnyOrder("moved", "wider", "constant", "gaps");
            assertThat(drift.shifted()).isEqualTo(4);
            assertThat(drift.compared()).isEqualTo(5);
            // of normal distributions one standard deviation apart 2Φ(1/2) − 1 = 0.383; a bin has 5 % of train, and the
            // empirical distribution of 900 strays by 0.05 in 1 of 50 samples
            assertThat(of(drift, "moved").ks()).isBetween(0.28, 0.44);
            assertThat(of(drift, "same").ks()).isLessThan(0.06);
            assertThat(of(drift, "constant").ks()).as("all of it").isEqualTo(1);
            assertThat(of(drift, "gaps").description()).startsWith("missing ");
            assertThat(of(drift, "gaps").ks()).as("from 5 to 50 %").isBetween(0.38, 0.52);
        }
    }

    @Test
    void itIsTheSameOnAnyNumberOfTasksAndReadBackFromItsFile() throws IOException {
        Path train = table(
                "train",
                ROWS,
                "x,k,y",
                random -> random.nextInt(50) + "," + "pqr".charAt(random.nextInt(3)) + "," + random.nextInt(9));
        Path dev = table(
                "dev",
                700,
                "x,k,y",
                random -> random.nextInt(70) + "," + "pqs".charAt(random.nextInt(3)) + "," + random.nextInt(9));
        try (TrainingData data = prepare(train, dev, "")) {
            Drift drift = drift(data, 1);
            assertThat(drift(data, 2)).isEqualTo(drift);
            assertThat(drift(data, 4)).isEqualTo(drift);
            FeatureProfile profile =
                    FeatureProfile.ofTraining(data.set(DataRole.TRAIN), 2).orElseThrow();
            FeatureProfile read =
                    FeatureProfile.read(profile.json(data.features()), FeatureProfile.FILE, data.features());
            assertThat(read).isEqualTo(profile);
            byte[] json = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsBytes(drift.json());
            Drift again = Drift.read(JsonField.root(json, "drift.json"));
            assertThat(again.json()).isEqualTo(drift.json());
            assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"shifted\":");
        }
    }

    @Test
    void aClassifierTellsApartWhatNoColumnShows() throws IOException {
        Path train = table(
                "train",
                2000,
                "u,v,w,y",
                random -> random.nextGaussian() + "," + random.nextGaussian() + "," + random.nextGaussian() + ",1"
                        + random.nextInt(9));
        // u and v are spread as before, but alike
        Path dev = table("dev", 2000, "u,v,w,y", random -> {
            double u = random.nextGaussian();
            return u + "," + (0.95 * u + Math.sqrt(1 - 0.95 * 0.95) * random.nextGaussian()) + ","
                    + random.nextGaussian() + ",1" + random.nextInt(9);
        });
        try (TrainingData data = prepare(train, dev, "")) {
            assertThat(drift(data, 2).shifted()).isZero();
            SetClassifier classifier = new SetClassifier(TestSpark.session(), data.features());
            ToldApart apart = classifier.tellApart(data.set(DataRole.TRAIN), data.set(DataRole.DEV), 2);
            assertThat(apart.differ()).isTrue();
            // the ratio of the densities alone reaches 0.9; trees of depth 5 cut a diagonal into steps
            assertThat(apart.auc()).isBetween(0.75, 0.93);
            assertThat(apart.columns().stream().limit(2).map(ToldApart.Importance::column))
                    .containsExactlyInAnyOrder("u", "v");
            assertThat(apart.columns().stream()
                            .limit(2)
                            .mapToDouble(ToldApart.Importance::share)
                            .sum())
                    .as("w tells nothing, but single trees take it by chance")
                    .isGreaterThan(0.8);
            assertThat(classifier.tellApart(data.set(DataRole.TRAIN), data.set(DataRole.DEV), 4))
                    .isEqualTo(apart);
            ToldApart itself = classifier.tellApart(data.set(DataRole.TRAIN), data.set(DataRole.TRAIN), 2);
            assertThat(itself.differ()).as("a set is like itself").isFalse();
            assertThat(itself.auc()).isLessThan(0.5 + 4 * itself.standardError());
        }
    }
}
