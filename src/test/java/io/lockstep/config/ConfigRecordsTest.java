package io.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigRecordsTest {
    private static final HiddenLayer LAYER = HiddenLayer.of(3, Activation.of(Activation.Kind.TANH));

    @Test
    void recordsBuiltInCodeAreValidatedToo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HiddenLayer.of(0, LAYER.activation()))
                .withMessage("dense must be >= 1, is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HiddenLayer(3, LAYER.activation(), 1))
                .withMessage("dropout must be in [0, 1), is 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Split(0.7, 0.2, 0.2))
                .withMessage("split: the fractions must sum to 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchSize.of(0))
                .withMessage("batch_size must be >= 1, is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DataConfig.of(" ", "digit"))
                .withMessage("data.train must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(Initializer.AUTO, OptionalInt.of(6)))
                .withMessage("shards must be a power of two, is 6");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(Initializer.ZEROS, OptionalInt.empty()))
                .withMessageStartingWith("initializer: zeros fits only a net without hidden layers");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withClipNorm(Double.NaN))
                .withMessage("training.clip_norm must be finite and > 0, is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> retrain(Optional.of(EvaluationMetric.F1), 0.05))
                .withMessage("retrain.metric: f1 is no metric of one example each");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> retrain(Optional.empty(), Double.NaN))
                .withMessage("retrain.significance must be in (0, 1], is NaN");
        assertThat(Conflict.ofRetraining(Task.REGRESSION, retrain(Optional.of(EvaluationMetric.LOSS), 1)))
                .as("two regressions may have losses of unlike things")
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"LOSS,false", "ACCURACY,true", "RMSE,false", "MAE,false", "R2,true"})
    void aMetricKnowsWhichWayIsBetter(EvaluationMetric metric, boolean higher) {
        assertThat(metric.higherIsBetter()).isEqualTo(higher);
    }

    @ParameterizedTest
    @CsvSource({"digits.yaml,digits", "/a.b/digits,digits", "C:\\c\\d.yml,d", ".hidden,.hidden", "a.b.yaml,a.b"})
    void theDefaultNameIsTheFileNameWithoutItsExtension(String fileName, String name) {
        assertThat(Defaults.name(fileName)).isEqualTo(name);
    }

    private static LockstepConfig config(Initializer initializer, OptionalInt shards) {
        return new LockstepConfig(
                "digits",
                Task.CLASSIFICATION,
                DataConfig.of("digits.csv", "digit"),
                List.of(LAYER),
                0,
                initializer,
                TrainingConfig.defaults(),
                SyncMode.AUTO,
                shards,
                Optional.of(Defaults.CHECKPOINT),
                "out",
                Defaults.CARD,
                Optional.empty(),
                Defaults.RETRAIN);
    }

    private static RetrainConfig retrain(Optional<EvaluationMetric> metric, double significance) {
        return new RetrainConfig(RetrainConfig.Start.WARM, RetrainConfig.Data.ALL, metric, 0, significance, 2);
    }

    private static TrainingConfig withClipNorm(double norm) {
        return new TrainingConfig(
                Optional.empty(),
                1,
                BatchSize.full(),
                Defaults.OPTIMIZER,
                Defaults.SCHEDULE,
                0,
                0,
                0,
                0,
                OptionalDouble.of(norm),
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                1);
    }
}
