package io.lockstep.config;

import io.lockstep.nn.Initializer;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One training, as its config describes it.
 *
 * @param network the hidden layers from the input on; empty: logistic, softmax or linear regression
 * @param inputDropout the rate of features dropped, in [0, 1)
 * @param shards logical workers S, a power of two; empty: from the batch size alone
 * @param checkpoint empty: none are written
 * @param output the model directory
 * @param card what the model card says beside what is measured
 * @param registry the directory of versions that {@code retrain} writes to
 */
public record LockstepConfig(
        String name,
        Task task,
        DataConfig data,
        List<HiddenLayer> network,
        double inputDropout,
        Initializer initializer,
        TrainingConfig training,
        SyncMode sync,
        OptionalInt shards,
        Optional<CheckpointConfig> checkpoint,
        String output,
        CardConfig card,
        Optional<String> registry,
        RetrainConfig retrain)
        implements Serializable {

    /** @throws IllegalArgumentException if a value is out of its range or contradicts another */
    public LockstepConfig {
        Checks.requireText("name", name);
        Checks.requireText("output", output);
        network = List.copyOf(network);
        Checks.requireRate("input_dropout", inputDropout);
        shards.ifPresent(count -> Checks.require(
                Integer.bitCount(count) == 1 && count > 0, "shards must be a power of two, is " + count));
        registry.ifPresent(path -> Checks.requireText("registry", path));
        List<Conflict> conflicts = new ArrayList<>(Conflict.among(task, data, network, initializer, training));
        conflicts.addAll(Conflict.ofRetraining(task, retrain));
        if (!conflicts.isEmpty()) {
            Conflict first = conflicts.get(0);
            throw new IllegalArgumentException(first.path() + ": " + first.message());
        }
    }

    /** A training with every default. */
    public static LockstepConfig of(String name, Task task, DataConfig data, List<HiddenLayer> network) {
        return new LockstepConfig(
                name,
                task,
                data,
                network,
                Defaults.DROPOUT,
                Defaults.INITIALIZER,
                TrainingConfig.defaults(),
                Defaults.SYNC,
                Defaults.SHARDS,
                Optional.of(Defaults.CHECKPOINT),
                Defaults.output(name),
                Defaults.CARD,
                Optional.empty(),
                Defaults.RETRAIN);
    }

    /** With the files of the day {@code date}, where the paths of its data name days. */
    public LockstepConfig at(LocalDate date) {
        return new LockstepConfig(
                name,
                task,
                data.at(date),
                network,
                inputDropout,
                initializer,
                training,
                sync,
                shards,
                checkpoint,
                output,
                card,
                registry,
                retrain);
    }

    private Object writeReplace() {
        return SerialForm.of(this);
    }
}
