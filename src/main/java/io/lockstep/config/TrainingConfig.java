package io.lockstep.config;

import io.lockstep.augment.AugmentSpec;
import io.lockstep.nn.Loss;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Schedule;
import java.io.Serializable;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How the network learns.
 *
 * @param loss of a regression, of the target as the network learns it; empty: {@link Defaults#REGRESSION_LOSS}
 * @param epochs at most this many passes over the training set, ≥ 1
 * @param warmupEpochs over so many epochs, ≥ 0, the learning rate rises to its schedule
 * @param finishFullBatchEpochs so many full-batch epochs follow the mini-batches
 * @param l2 λ of λ/(2m)·Σ‖W‖²_F, ≥ 0, m = training examples; never on biases
 * @param l1 λ of λ/(2m)·Σ|w|, ≥ 0
 * @param clipNorm the largest ‖gradient‖₂, &gt; 0; empty: no clipping
 * @param clipValue the largest |component| of the gradient, &gt; 0, after {@code clipNorm}; empty: no clipping
 * @param earlyStopping empty: switched off
 * @param augment what is done to training examples, anew in every epoch; empty: nothing
 * @param classWeights of a classification's training; empty: classes weigh 1
 * @param bayesError the human-level error, ≥ 0, for the bias/variance diagnosis
 * @param seed of every random stream
 */
public record TrainingConfig(
        Optional<Loss> loss,
        int epochs,
        BatchSize batchSize,
        OptimizerSpec optimizer,
        Schedule schedule,
        double warmupEpochs,
        int finishFullBatchEpochs,
        double l2,
        double l1,
        OptionalDouble clipNorm,
        OptionalDouble clipValue,
        Optional<EarlyStopping> earlyStopping,
        Optional<AugmentSpec> augment,
        Optional<ClassWeights> classWeights,
        double bayesError,
        long seed)
        implements Serializable {

    /** @throws IllegalArgumentException if a value is out of its range */
    public TrainingConfig {
        Checks.require(epochs >= 1, "training.epochs must be >= 1, is " + epochs);
        Checks.requireNotNegative("training.schedule.warmup_epochs", warmupEpochs);
        Checks.requireNotNegative("training.finish_full_batch_epochs", finishFullBatchEpochs);
        Checks.requireNotNegative("training.l2", l2);
        Checks.requireNotNegative("training.l1", l1);
        Checks.requireNotNegative("training.bayes_error", bayesError);
        clipNorm.ifPresent(norm -> Checks.require(
                norm > 0 && Double.isFinite(norm), "training.clip_norm must be finite and > 0, is " + norm));
        clipValue.ifPresent(value -> Checks.require(
                value > 0 && Double.isFinite(value), "training.clip_value must be finite and > 0, is " + value));
        loss.ifPresent(given -> Checks.require(
                given.isRegression(),
                "training.loss must be one of a regression, is " + given.kind().configName()));
    }

    /** What an empty {@code training} section means. */
    public static TrainingConfig defaults() {
        return new TrainingConfig(
                Optional.empty(),
                Defaults.EPOCHS,
                Defaults.BATCH_SIZE,
                Defaults.OPTIMIZER,
                Defaults.SCHEDULE,
                Defaults.WARMUP_EPOCHS,
                Defaults.FINISH_FULL_BATCH_EPOCHS,
                Defaults.L2,
                Defaults.L1,
                Defaults.CLIP_NORM,
                Defaults.CLIP_VALUE,
                Optional.of(Defaults.EARLY_STOPPING),
                Optional.empty(),
                Optional.empty(),
                Defaults.BAYES_ERROR,
                Defaults.SEED);
    }

    private Object writeReplace() {
        return SerialForm.of(this);
    }
}
