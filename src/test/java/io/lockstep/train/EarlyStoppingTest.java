package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.EarlyStopping;
import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.testing.TestSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyStoppingTest {
    private static final String YAML =
            "task: classification\nshards: 2\ndata: { train: FOLDER, format: csv, label: kind }\n";

    @TempDir
    Path directory;

    @Test
    void theEpochWithTheLowestLossIsKeptUntilPatienceEnds() {
        BestEpoch best = best(EvaluationMetric.LOSS, 3);
        double[] losses = {5, 4, 3, 3, 6, 3.5, 2};
        boolean[] ended = new boolean[losses.length];
        for (int epoch = 1; epoch <= losses.length; epoch++) {
            consider(best, epoch, EvaluationMetric.LOSS, losses[epoch - 1]);
            ended[epoch - 1] = best.patienceEnds(epoch);
            if (epoch == 6) {
                assertThat(best.epoch()).as("as good is not better").isEqualTo(3);
                assertThat(best.theta()).containsExactly(3f);
            }
        }
        assertThat(ended).containsExactly(false, false, false, false, false, true, false);
    }

    @Test
    void ofAnAccuracyTheHighestIsBest() {
        BestEpoch best = best(EvaluationMetric.ACCURACY, 2);
        consider(best, 1, EvaluationMetric.ACCURACY, 0.5);
        consider(best, 2, EvaluationMetric.ACCURACY, 0.75);
        consider(best, 3, EvaluationMetric.ACCURACY, 0.25);
        assertThat(best.epoch()).isEqualTo(2);
        assertThat(best.patienceEnds(3)).isFalse();
        assertThat(best.patienceEnds(4)).isTrue();
    }

    @Test
    void lessThanTheLeastImprovementCountsAsNone() {
        EarlyStopping rule = new EarlyStopping(EvaluationMetric.LOSS, 3, 0.5, EarlyStopping.Origin.CONFIGURED);
        BestEpoch best = new BestEpoch(Optional.of(rule));
        // each a little better than the one before: 5 → 4.5 is no more than ½, 5 → 4.25 is
        double[] losses = {5, 4.75, 4.5, 4.25, 4, 3.875, 3.75};
        boolean[] ended = new boolean[losses.length];
        for (int epoch = 1; epoch <= losses.length; epoch++) {
            consider(best, epoch, EvaluationMetric.LOSS, losses[epoch - 1]);
            ended[epoch - 1] = best.patienceEnds(epoch);
        }
        assertThat(best.epoch()).isEqualTo(4);
        assertThat(ended).containsExactly(false, false, false, false, false, false, true);

        EarlyStopping high = new EarlyStopping(EvaluationMetric.F1, 3, 0.25, EarlyStopping.Origin.CONFIGURED);
        BestEpoch highest = new BestEpoch(Optional.of(high));
        consider(highest, 1, EvaluationMetric.F1, 0.25);
        consider(highest, 2, EvaluationMetric.F1, 0.5);
        assertThat(highest.epoch()).isEqualTo(1);
        consider(highest, 3, EvaluationMetric.F1, 0.625);
        assertThat(highest.epoch()).isEqualTo(3);
    }

    @Test
    void everyMetricOfATaskCanStopIt() {
        Path folder = Trainings.write(directory.resolve("l"), Trainings.labelled(90, 3), 1, 1);
        for (Task task : Task.values()) {
            String label =
                    switch (task) {
                        case CLASSIFICATION -> "kind";
                        case MULTILABEL -> "[up, odd]";
                        case REGRESSION -> "[price, c]";
                    };
            String yaml = "task: " + task.configName() + "\ndata: { train: " + folder + ", format: csv, label: " + label
                    + ", weight: w, features: [a, b] }\ntraining: { epochs: 2 }\n";
            try (TrainingData data = Trainings.data(Trainings.config(yaml))) {
                for (EvaluationMetric metric : EvaluationMetric.values()) {
                    if (metric.fits(task)) {
                        LockstepConfig config = Trainings.config(
                                yaml, "training.early_stopping={ metric: " + metric.configName() + ", patience: 2 }");
                        TrainingResult result = Trainings.train(config, data, 2).result();
                        List<Double> values = result.epochs().stream()
                                .map(epoch -> epoch.dev().orElseThrow().value(metric))
                                .toList();
                        boolean second =
                                metric.higherIsBetter() ? values.get(1) > values.get(0) : values.get(1) < values.get(0);
                        assertThat(result.bestEpoch()).as("%s %s", task, metric).isEqualTo(second ? 2 : 1);
                    }
                }
            }
        }
    }

    @Test
    void aScoreThatIsNoNumberIsBeatenByOneThatIs() {
        BestEpoch best = best(EvaluationMetric.LOSS, 5);
        consider(best, 1, EvaluationMetric.LOSS, Double.NaN);
        consider(best, 2, EvaluationMetric.LOSS, 9);
        consider(best, 3, EvaluationMetric.LOSS, Double.NaN);
        assertThat(best.epoch()).isEqualTo(2);
    }

    @Test
    void theWeightsKeptAreACopy() {
        BestEpoch best = best(EvaluationMetric.LOSS, 5);
        float[] theta = {1};
        best.consider(1, theta, score(EvaluationMetric.LOSS, 1));
        theta[0] = 2;
        assertThat(best.theta()).containsExactly(1f);
    }

    private static BestEpoch best(EvaluationMetric metric, int patience) {
        return new BestEpoch(Optional.of(new EarlyStopping(metric, patience)));
    }

    private static void consider(BestEpoch best, int epoch, EvaluationMetric metric, double value) {
        best.consider(epoch, new float[] {epoch}, score(metric, value));
    }

    private static Optional<Score> score(EvaluationMetric metric, double value) {
        return Optional.of(new Score(10, Map.of(metric, value)));
    }

    private LockstepConfig config(String... overrides) {
        Path folder = Trainings.write(directory.resolve("t"), Trainings.table(211, 3), 1, 1);
        return Trainings.config(YAML.replace("FOLDER", folder.toString()), overrides);
    }

    @Test
    void anOverfittingTrainingStopsAndKeepsTheWeightsOfItsBestEpoch() {
        String[] overfitting = {
            "network=[{ dense: 40, activation: tanh }]",
            "training.batch_size=32",
            "training.optimizer={ name: adam, learning_rate: 0.05 }",
            "training.epochs=40"
        };
        LockstepConfig patient = config(with(overfitting, "training.early_stopping={ metric: loss, patience: 2 }"));
        try (TrainingData data = Trainings.data(patient)) {
            TrainingResult stopped = Trainings.train(patient, data, 2).result();
            int ran = stopped.epochs().size();
            assertThat(stopped.patienceEnded()).hasValue(ran);
            assertThat(ran).isEqualTo(stopped.bestEpoch() + 2).isLessThan(40);
            List<Double> losses = stopped.epochs().stream()
                    .map(epoch -> epoch.dev().orElseThrow().value(EvaluationMetric.LOSS))
                    .toList();
            assertThat(losses.get(stopped.bestEpoch() - 1))
                    .isEqualTo(losses.stream().min(Double::compare).orElseThrow());

            // the same training, ended by hand after the best epoch and after the last
            LockstepConfig toBest =
                    config(with(overfitting, "training.early_stopping=null", "training.epochs=" + stopped.bestEpoch()));
            TrainingResult best = Trainings.train(toBest, data, 2).result();
            assertThat(stopped.theta()).containsExactly(best.theta());
            LockstepConfig toEnd = config(with(overfitting, "training.early_stopping=null", "training.epochs=" + ran));
            TrainingResult last = Trainings.train(toEnd, data, 2).result();
            assertThat(last.bestEpoch())
                    .as("without the rule the last epoch is kept")
                    .isEqualTo(ran);
            assertThat(last.patienceEnded()).isEmpty();
            assertThat(last.theta()).isNotEqualTo(best.theta());

            LockstepConfig finished = config(with(
                    overfitting,
                    "training.early_stopping={ metric: loss, patience: 2 }",
                    "training.finish_full_batch_epochs=2"));
            TrainingResult end = Trainings.train(finished, data, 2).result();
            assertThat(end.epochs()).hasSize(ran + 2);
            assertThat(end.patienceEnded())
                    .as("patience ended the mini-batches, not what followed")
                    .hasValue(ran);
        }
    }

    private static String[] with(String[] settings, String... more) {
        return java.util.stream.Stream.of(settings, more)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new);
    }

    @Test
    void withoutADevSetTheRuleIsRefusedIfItWasAskedForAndOffIfNot() {
        LockstepConfig asked =
                config("data.split={ train: 1 }", "training.early_stopping={ patience: 1 }", "training.epochs=2");
        try (TrainingData data = Trainings.data(asked)) {
            assertThatThrownBy(() -> new Trainer(TestSpark.context(), asked, data, new TrainingListener() {}))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("training.early_stopping: needs a dev set, and there are no dev rows. Give data.dev"
                            + " or a data.split with a dev share, or set early_stopping: null.");
            LockstepConfig silent = config("data.split={ train: 1 }", "training.epochs=7");
            TrainingResult result = Trainings.train(silent, data, 2).result();
            assertThat(result.epochs()).hasSize(7).allSatisfy(epoch -> assertThat(epoch.dev())
                    .isEmpty());
            assertThat(result.bestEpoch()).isEqualTo(7);
        }
    }

    @Test
    void fullBatchEpochsFollowTheMiniBatches() {
        LockstepConfig config = config(
                "training.early_stopping=null",
                "training.epochs=2",
                "training.batch_size=50",
                "training.finish_full_batch_epochs=3",
                "training.schedule={ name: step, every_epochs: 1, factor: 0.5 }");
        try (TrainingData data = Trainings.data(config)) {
            long n = data.set(io.lockstep.data.DataRole.TRAIN).examples();
            Trainings.Run run = Trainings.train(config, data, 2);
            assertThat(run.losses()).hasSize((int) (2 * ((n + 49) / 50) + 3));
            List<Long> planned = new ArrayList<>();
            List<Long> taken = new ArrayList<>();
            TrainingListener listener = new TrainingListener() {
                @Override
                public void started(Plan plan) {
                    planned.add(plan.epochs() * plan.examples());
                }

                @Override
                public void stepTaken(Step step) {
                    taken.add(step.examples());
                }
            };
            new Trainer(TestSpark.context(), config, data, listener, 2).train();
            assertThat(planned).containsExactly(5 * n);
            assertThat(taken.stream().mapToLong(Long::longValue).sum())
                    .as("the steps make up what was planned")
                    .isEqualTo(5 * n);
            // the schedule stays where the mini-batches left it
            assertThat(run.result().epochs().stream().map(EpochRecord::learningRate))
                    .containsExactly(0.001, 0.0005, 0.0005, 0.0005, 0.0005);
        }
    }
}
