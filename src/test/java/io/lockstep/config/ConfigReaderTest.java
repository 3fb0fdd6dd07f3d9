package io.lockstep.config;

import static io.lockstep.config.Yaml.read;
import static io.lockstep.config.Yaml.readWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.Loss;
import io.lockstep.nn.Shape;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Schedule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {

    @Test
    void theDocumentedExampleReadsAsItShows() throws IOException {
        LockstepConfig config = read(resource("design.yaml"));

        assertThat(config.name()).isEqualTo("digits");
        assertThat(config.task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(config.data())
                .isEqualTo(new DataConfig(
                        "sample-data/digits.csv",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(DataFormat.CSV),
                        new TreeMap<>(),
                        List.of("digit"),
                        Optional.empty(),
                        new FeatureSelection.All(),
                        new CategoricalSelection.Auto(),
                        new TreeMap<>(),
                        Missing.ERROR,
                        List.of(),
                        new Split(0.7, 0.15, 0.15),
                        Normalize.STANDARD,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        StorageChoice.AUTO,
                        TargetTransform.NONE,
                        Shuffle.AUTO));
        assertThat(config.network())
                .containsExactly(
                        new HiddenLayer(300, new Activation(Activation.Kind.RELU, 0), 0.2),
                        new HiddenLayer(100, new Activation(Activation.Kind.RELU, 0), 0));
        assertThat(config.inputDropout()).isZero();
        assertThat(config.initializer()).isEqualTo(Initializer.AUTO);
        assertThat(config.training())
                .isEqualTo(new TrainingConfig(
                        Optional.empty(),
                        30,
                        BatchSize.of(512),
                        new OptimizerSpec.Adam(0.001, 0.9, 0.999, 1e-8),
                        new Schedule.Constant(),
                        0,
                        0,
                        0,
                        0,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.of(new EarlyStopping(EvaluationMetric.LOSS, 5)),
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        1));
        assertThat(config.sync()).isEqualTo(SyncMode.AUTO);
        assertThat(config.shards()).isEmpty();
        assertThat(config.output()).isEqualTo("models/digits");
    }

    @Test
    void whatTheDocumentedExampleShowsIsWhatAnEmptyConfigMeans() throws IOException {
        LockstepConfig shown =
                read(resource("design.yaml"), "data.format=null", "network=null", "training.early_stopping=auto");
        LockstepConfig least = read(Yaml.LEAST, "data.train=sample-data/digits.csv");

        assertThat(least).isEqualTo(shown);
        assertThat(least)
                .isEqualTo(LockstepConfig.of(
                        "digits", Task.CLASSIFICATION, DataConfig.of("sample-data/digits.csv", "digit"), List.of()));
    }

    @Test
    void nullMeansTheDefaultForEveryOptionalKey() {
        String nulls = """
                name: null
                task: classification
                data:
                  train: digits.csv
                  dev:
                  test: ~
                  format: null
                  options: null
                  label: digit
                  features: null
                  categorical: null
                  key: null
                  split: null
                  normalize: null
                  target: null
                network: null
                input_dropout: null
                initializer: null
                training:
                  epochs: null
                  batch_size: null
                  optimizer: null
                  schedule: null
                  finish_full_batch_epochs: null
                  l2: null
                  l1: null
                  clip_norm: null
                  clip_value: null
                  loss: null
                  bayes_error: null
                  seed: null
                sync: null
                shards: null
                output: null
                """;

        assertThat(read(nulls)).isEqualTo(read(Yaml.LEAST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows.libsvm", "hdfs:///data/*.svm", "/a/train-images-idx3-ubyte.gz"})
    void filesWithoutNamesOfColumnsNeedNoLabel(String train) {
        assertThat(read("task: classification\ndata: { train: \"" + train + "\" }")
                        .data()
                        .labels())
                .containsExactly("label");
    }

    @Test
    void earlyStoppingIsOnByDefaultAndOffByNull() {
        assertThat(readWith("").training().earlyStopping())
                .hasValue(new EarlyStopping(EvaluationMetric.LOSS, 5, 0, EarlyStopping.Origin.DEFAULT));
        assertThat(readWith("training: { early_stopping: null }").training().earlyStopping())
                .isEmpty();
    }

    @Test
    void checkpointsAreOnByDefaultAndOffByNull() {
        assertThat(readWith("").checkpoint()).hasValue(new CheckpointConfig(1, 10, 3));
        assertThat(readWith("checkpoint: null").checkpoint()).isEmpty();
        assertThat(readWith("checkpoint: { every_epochs: 4, keep: 1 }").checkpoint())
                .hasValue(new CheckpointConfig(4, 10, 1));
    }

    @Test
    void onlyEarlyStoppingThatTheUserWroteNeedsADevSet() {
        assertThat(readWith("").training().earlyStopping().orElseThrow().needsDevSet())
                .isFalse();
        assertThat(readWith("training: { early_stopping: { patience: 5 } }")
                        .training()
                        .earlyStopping()
                        .orElseThrow()
                        .needsDevSet())
                .isTrue();
    }

    @Test
    void aRegressionChoosesItsLoss() {
        String yaml = "task: regression\ndata: { train: a, label: b }\ntraining: { loss: %s }";
        assertThat(read(yaml.formatted("huber")).training().loss()).hasValue(Loss.huber(1));
        assertThat(read(yaml.formatted("{ name: huber, delta: 0.5 }"))
                        .training()
                        .loss())
                .hasValue(Loss.huber(0.5));
        assertThat(read(yaml.formatted("squared")).training().loss()).hasValue(Loss.HALVED_SQUARED);
        assertThat(read(yaml.formatted("null")).training().loss()).isEmpty();
    }

    @Test
    void theNameComesFromTheFileAndTheOutputFromTheName() {
        LockstepConfig config = ConfigReader.read(Yaml.LEAST, "hdfs://host/conf/mnist.v2.yaml", List.of());

        assertThat(config.name()).isEqualTo("mnist.v2");
        assertThat(config.output()).isEqualTo("models/mnist.v2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sgd      | Sgd[learningRate=0.01]
            momentum | Momentum[learningRate=0.01, beta=0.9]
            nesterov | Nesterov[learningRate=0.01, beta=0.9]
            rmsprop  | RmsProp[learningRate=0.001, beta=0.9, epsilon=1.0E-8]
            adam     | Adam[learningRate=0.001, beta1=0.9, beta2=0.999, epsilon=1.0E-8]
            adamw    | AdamW[learningRate=0.001, beta1=0.9, beta2=0.999, epsilon=1.0E-8, weightDecay=0.01]
            """)
    void anOptimizerMayBeABareName(String name, String expected) {
        assertThat(readWith("training: { optimizer: " + name + " }").training().optimizer())
                .hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            constant                                                  | Constant[]
            inverse_time                                              | InverseTime[rate=1.0]
            { name: inverse_time, rate: 0.5 }                         | InverseTime[rate=0.5]
            exponential                                               | Exponential[base=0.95]
            inverse_sqrt                                              | InverseSqrt[k=1.0]
            { name: step, every_epochs: 10 }                          | Step[everyEpochs=10, multiplier=0.1]
            { name: step, every_epochs: 10, factor: 0.5 }             | Step[everyEpochs=10, multiplier=0.5]
            cosine                                                    | Cosine[floor=0.0]
            { name: cosine, floor: .1, warmup_epochs: 2 }             | Cosine[floor=0.1]
            """)
    void everyScheduleReadsItsSettings(String yaml, String expected) {
        assertThat(readWith("training:\n  schedule: " + yaml).training().schedule())
                .hasToString(expected);
    }

    @Test
    void warmupNeedsNoNamedSchedule() {
        TrainingConfig training =
                readWith("training: { schedule: { warmup_epochs: 1.5 } }").training();

        assertThat(training.schedule()).isEqualTo(new Schedule.Constant());
        assertThat(training.warmupEpochs()).isEqualTo(1.5);
    }

    @ParameterizedTest
    @CsvSource({"1e-3,0.001", "1.5E+1,15", ".5,0.5", "5.,5", "+2,2", "0,0"})
    void aNumberMayBeWrittenInEveryUsualForm(String yaml, double expected) {
        assertThat(readWith("training: { l2: " + yaml + " }").training().l2()).isEqualTo(expected);
    }

    @Test
    void activationsTakeTheirSlope() {
        assertThat(readWith("""
                                network:
                                  - { dense: 3, activation: tanh }
                                  - { dense: 2, activation: { name: leaky_relu, slope: 0.2 } }
                                  - { dense: 2, activation: leaky_relu }
                                """).network())
                .extracting(HiddenLayer::activation)
                .containsExactly(
                        Activation.of(Activation.Kind.TANH), Activation.leakyRelu(0.2), Activation.leakyRelu(0.01));
    }

    @Test
    void columnsAndOptionsReadInAllTheirForms() {
        DataConfig data = read("""
                        task: regression
                        data:
                          train: houses
                          dev: dev.csv
                          options: { header: true, sep: ";", maxColumns: 10 }
                          label: price
                          features: { exclude: [id, "0"] }
                          categorical: [city]
                          key: id
                          split: { train: 0.9, test: 0.1 }
                          target: log
                        """).data();

        assertThat(data.dev()).hasValue("dev.csv");
        assertThat(data.options()).isEqualTo(Map.of("header", "true", "sep", ";", "maxColumns", "10"));
        assertThat(data.features()).isEqualTo(new FeatureSelection.AllExcept(List.of("id", "0")));
        assertThat(data.categorical()).isEqualTo(new CategoricalSelection.Named(List.of("city")));
        assertThat(data.key()).containsExactly("id");
        assertThat(data.split()).isEqualTo(new Split(0.9, 0, 0.1));
        assertThat(data.target()).isEqualTo(TargetTransform.LOG);
    }

    @Test
    void labelsWeightsAndClassWeightsReadInAllTheirForms() {
        LockstepConfig multilabel = read("task: multilabel\ndata: { train: a, label: [b, c], weight: w }");
        assertThat(multilabel.data().labels()).containsExactly("b", "c");
        assertThat(multilabel.data().weight()).hasValue("w");
        assertThat(read("task: regression\ndata: { train: a, label: [b] }")
                        .data()
                        .labels())
                .containsExactly("b");
        assertThat(readWith("training: { class_weights: balanced }").training().classWeights())
                .hasValue(new ClassWeights.Balanced());
        assertThat(readWith("training: { class_weights: { 1: 2.5, yes: 0 } }")
                        .training()
                        .classWeights())
                .hasValue(new ClassWeights.ByClass(new TreeMap<>(Map.of("1", 2.5, "yes", 0.0))));
        assertThat(readWith("training: { class_weights: null }").training().classWeights())
                .isEmpty();
    }

    @Test
    void formatsWithoutColumnNamesNeedNoLabel() {
        assertThat(read("task: classification\ndata: { train: train-images, format: idx }")
                        .data()
                        .labels())
                .containsExactly("label");
    }

    @Test
    void picturesAndSoundsAreDeclaredByTheirSizes() {
        DataConfig picture = readWith("  image: { height: 28, width: 20 }").data();

        assertThat(picture.image()).hasValue(new ImageShape(28, 20, 1));
        assertThat(picture.image().orElseThrow().planes()).isEqualTo(new Shape.Image(1, 28, 20));
        assertThat(picture.audio()).isEmpty();
        assertThat(readWith("  image: { height: 2, width: 3, channels: 4 }")
                        .data()
                        .image()
                        .orElseThrow()
                        .size())
                .isEqualTo(24);
        assertThat(readWith("  image: { column: photo, height: 2, width: 3 }")
                        .data()
                        .imageColumn())
                .hasValue("photo");
        assertThat(readWith("  audio: { rate: 16000 }").data().audio()).hasValue(new AudioSignal(16_000));
    }

    @Test
    void shardsAndBatchSizeReadAsWordsAndNumbers() {
        LockstepConfig config = readWith("shards: 8\ntraining: { batch_size: full }");

        assertThat(config.shards()).isEqualTo(OptionalInt.of(8));
        assertThat(config.training().batchSize().rows(10_000_000_000L)).isEqualTo(10_000_000_000L);
        assertThat(BatchSize.of(64).rows(50)).isEqualTo(50);
        assertThat(BatchSize.of(64).rows(65)).isEqualTo(64);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ConfigReaderTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
