package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DivergedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
    private static final String ADVICE = " Lower training.optimizer.learning_rate, warm it up (training.schedule:"
            + " { warmup_epochs: 1 }), or set training.clip_norm.";

    @TempDir
    Path directory;

    private LockstepConfig config(String rate, String batch) {
        Path folder = Trainings.write(directory.resolve("t"), Trainings.table(203, 4), 1, 1);
        return Trainings.config(
                "task: regression\nshards: 2\nnetwork: [{ dense: 8, activation: relu }, { dense: 4 }]\n"
                        + "data: { train: " + folder + ", format: csv, label: price, target: standard }\n",
                "training.optimizer={ name: sgd, learning_rate: " + rate + " }",
                "training.batch_size=" + batch,
                "training.epochs=3");
    }

    @Test
    void outputsThatOverflowAreNamedWithTheirEpochStepAndLayer() {
        assertThatThrownBy(() -> Trainings.train(config("1.0e25", "30")))
                .isInstanceOf(DivergedException.class)
                .hasMessageMatching("training diverged in epoch 1, step \\d: the loss is (Infinity|NaN);"
                        + " all parameters are finite; the first outputs that are not are those of"
                        + " layer [23] \\(dense [41], (relu|output)\\)\\."
                        + java.util.regex.Pattern.quote(ADVICE));
    }

    @Test
    void parametersThatOverflowAreNamedAtTheNextLoss() {
        assertThatThrownBy(() -> Trainings.train(config("1.0e60", "30")))
                .isInstanceOf(DivergedException.class)
                .hasMessage("training diverged in epoch 1, step 2: the loss is NaN; the first parameters that are not"
                        + " finite are those of layer 1 (dense 8, relu), its weight." + ADVICE);
    }

    @Test
    void theLastStepOfAnEpochIsLookedAtToo() {
        assertThatThrownBy(() -> Trainings.train(config("1.0e60", "full")))
                .isInstanceOf(DivergedException.class)
                .hasMessage("training diverged in epoch 1, step 1; the first parameters that are not finite"
                        + " are those of layer 1 (dense 8, relu), its weight." + ADVICE);
    }
}
