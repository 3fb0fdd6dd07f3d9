package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What examples weigh, and what their labels become, when there are weights and several labels. */
class WeightsTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void table() {
        // classes: 4 no, 2 yes, weighing 5 and 1
        file = Sets.write(
                directory.resolve("t.csv"),
                "x,kind,w,p,q",
                "1,no,1,0,true",
                "2,no,2.5,1,false",
                "3,yes,0,1,true",
                "4,no,0.5,0,true",
                "5,yes,1,1,false",
                "6,no,1,0,false");
    }

    private LockstepConfig config(String task, String data, String... overrides) {
        return ConfigReader.read(
                "task: " + task + "\nshards: 2\ndata: { train: " + file + ", split: { train: 1 }, features: [x],"
                        + " normalize: none, " + data + " }\n",
                "test.yaml",
                List.of(overrides));
    }

    /** The weights of the prepared training examples, by x. */
    private static double[] weights(LockstepConfig config) {
        try (TrainingData data = Sets.prepare(config)) {
            double[] weights = new double[7];
            data.set(DataRole.TRAIN)
                    .normalized(1, data.preparation())
                    .mapPartitions(tasks -> {
                        ShardTask task = tasks.next();
                        List<float[]> pairs = new java.util.ArrayList<>();
                        for (ShardRange range : task.shards()) {
                            Shard shard = task.shard(range);
                            float[] x = new float[shard.rows()];
                            float[] w = new float[shard.rows()];
                            shard.read(0, shard.rows(), x, new float[shard.rows()]);
                            shard.readWeights(0, shard.rows(), w);
                            for (int i = 0; i < x.length; i++) {
                                pairs.add(new float[] {x[i], w[i]});
                            }
                        }
                        return pairs.iterator();
                    })
                    .collect()
                    .forEach(pair -> weights[(int) pair[0]] = pair[1]);
            return java.util.Arrays.copyOfRange(weights, 1, 7);
        }
    }

    @Test
    void weightsAreScaledToAMeanOfOne() {
        // Σw = 6 over 6 rows; and twice that
        assertThat(weights(config("classification", "label: kind, weight: w"))).containsExactly(1, 2.5, 0, 0.5, 1, 1);
        Sets.write(directory.resolve("t.csv"), "x,kind,w", "1,no,4", "2,yes,0", "3,yes,8");
        assertThat(weights(config("classification", "label: kind, weight: w"))).startsWith(1, 0, 2);
    }

    @Test
    void balancedClassesCountAlike() {
        // m/(K·m_k): 6/(2·4) and 6/(2·2)
        assertThat(weights(config("classification", "label: kind", "training.class_weights=balanced")))
                .containsExactly(0.75, 0.75, 1.5, 0.75, 1.5, 0.75);
    }

    @Test
    void classWeightsMultiplyTheExamplesOwn() {
        double[] found =
                weights(config("classification", "label: kind, weight: w", "training.class_weights={ yes: 7 }"));
        // Σ w·c = 5 + 7·1 = 12, so a scale of ½
        double[] expected = {0.5, 1.25, 0, 0.25, 3.5, 0.5};
        assertThat(found).containsExactly(expected, within(1e-7));
    }

    @Test
    void withoutWeightsExamplesHaveNone() {
        try (TrainingData data = Sets.prepare(config("classification", "label: kind"))) {
            assertThat(data.set(DataRole.TRAIN).isWeighted()).isFalse();
            assertThat(data.preparation()).isEqualTo(data.evaluation());
        }
    }

    @Test
    void classWeightsAreForTrainingAlone() {
        LockstepConfig config = config("classification", "label: kind", "training.class_weights=balanced");
        try (TrainingData data = Sets.prepare(config)) {
            assertThat(data.preparation().weights().byClass()).containsExactly(0.75, 1.5);
            assertThat(data.evaluation().weights()).isEqualTo(ExampleWeights.AS_GIVEN);
        }
    }

    @Test
    void aClassThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> Sets.prepare(
                        config("classification", "label: kind", "training.class_weights={ yes: 2, maybe: 3 }")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("training.class_weights: no class \"maybe\" among the training rows. The classes are: no,"
                        + " yes.");
    }

    @Test
    void aWeightThatIsNoneIsRefusedWithItsRow() {
        for (String wrong : List.of("-1", "NaN", "Infinity", "heavy")) {
            Sets.write(directory.resolve("t.csv"), "x,y,w", "1,2,1", "2,3," + wrong);
            assertThatThrownBy(() -> Sets.prepare(config("regression", "label: y, weight: w")))
                    .isInstanceOf(DataException.class)
                    .hasMessage("weight column \"w\": data.weight expects finite numbers >= 0, found \"" + wrong
                            + "\" in row {x=2, y=3, w=" + wrong + "} of t.csv");
        }
        Sets.write(directory.resolve("t.csv"), "x,y,w", "1,2,1", "2,3,");
        assertThatThrownBy(() -> Sets.prepare(config("regression", "label: y, weight: w")))
                .hasMessageStartingWith("weight column \"w\": expected a value, found none in row {x=2, y=3");
        assertThatThrownBy(() -> Sets.prepare(config("regression", "label: y, weight: v")))
                .hasMessageStartingWith("data.weight: no column \"v\" in the data. It has: x, y, w.");
    }

    @Test
    void rowsThatAllWeighNothingAreRefused() {
        Sets.write(directory.resolve("t.csv"), "x,kind,w", "1,no,0", "2,yes,0");
        assertThatThrownBy(() -> Sets.prepare(config("classification", "label: kind, weight: w")))
                .isInstanceOf(DataException.class)
                .hasMessage("data.weight: all rows of train weigh 0.");
        Sets.write(directory.resolve("t.csv"), "x,kind", "1,no", "2,yes");
        assertThatThrownBy(() -> Sets.prepare(
                        config("classification", "label: kind", "training.class_weights={ yes: 0, no: 0 }")))
                .hasMessageStartingWith("training.class_weights: all training rows weigh 0.");
    }

    @Test
    void labelsAndWeightAreNoFeatures() {
        LockstepConfig all = ConfigReader.read(
                "task: multilabel\ndata: { train: " + file + ", split: { train: 1 }, label: [p, q], weight: w }\n",
                "test.yaml",
                List.of());
        try (TrainingData data = Sets.prepare(all)) {
            assertThat(data.features().slotNames()).containsExactly("x", "kind=no", "kind=yes");
        }
    }

    @Test
    void aDevFileWithoutTheColumnWeighsOne() {
        Path dev = Sets.write(directory.resolve("dev.csv"), "x,kind", "1,no", "2,yes");
        try (TrainingData data = Sets.prepare(config("classification", "label: kind, weight: w, dev: " + dev))) {
            float[] weights = data.set(DataRole.DEV)
                    .normalized(1, data.evaluation())
                    .map(task -> {
                        float[] read = new float[2];
                        task.shard(task.shards().get(0)).readWeights(0, 2, read);
                        return read;
                    })
                    .first();
            assertThat(weights).containsExactly(1, 1);
        }
    }

    @Test
    void labelsOfZeroAndOneOrTrueAndFalseAreRead() {
        assertThat(Sets.trainRows(config("multilabel", "label: [p, q]")))
                .containsExactlyInAnyOrder(
                        Sets.list(1, 0, 1),
                        Sets.list(2, 1, 0),
                        Sets.list(3, 1, 1),
                        Sets.list(4, 0, 1),
                        Sets.list(5, 1, 0),
                        Sets.list(6, 0, 0));
    }

    @Test
    void anotherLabelIsRefusedWithItsRow() {
        Sets.write(directory.resolve("t.csv"), "x,p,q", "1,0,1", "2,2,0");
        assertThatThrownBy(() -> Sets.prepare(config("multilabel", "label: [p, q]")))
                .isInstanceOf(DataException.class)
                .hasMessage("label column \"p\": a multilabel task expects 0 or 1, or true or false, found \"2\" in row"
                        + " {x=2, p=2, q=0} of t.csv");
        Sets.write(directory.resolve("t.csv"), "x,p,q", "1,0,TRUE", "2,1,no");
        assertThatThrownBy(() -> Sets.prepare(config("multilabel", "label: [p, q]")))
                .hasMessageContaining("expects 0 or 1, or true or false, found \"no\"");
        assertThatThrownBy(() -> Sets.prepare(config("multilabel", "label: [p, r]")))
                .hasMessageStartingWith("data.label: no column \"r\" in the data.");
    }

    @Test
    void eachTargetIsTransformedByItsOwnMoments() {
        Sets.write(directory.resolve("t.csv"), "x,y,z", "1,1,100", "2,3,100", "3,5,400", "4,7,400");
        LockstepConfig config = config("regression", "label: [z, y], target: standard");
        try (TrainingData data = Sets.prepare(config)) {
            // y: mean 4, σ² = (9+1+1+9)/4; z: mean 250, σ = 150
            assertThat(data.preparation().target().mean(0)).isEqualTo(250);
            assertThat(data.preparation().target().deviation(0)).isEqualTo(150);
            assertThat(data.preparation().target().mean(1)).isEqualTo(4);
            assertThat(data.preparation().target().deviation(1)).isCloseTo(Math.sqrt(5), within(1e-15));
        }
    }
}
