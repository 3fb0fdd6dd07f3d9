package io.lockstep.eval;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.Jobs;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import io.lockstep.train.Trainer;
import io.lockstep.train.TrainingResult;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** Finds out what there is to say about a model that was just trained: metrics, drift, diagnosis. */
public final class Assessor {
    private final SparkSession spark;
    private final LockstepConfig config;
    private final TrainingData data;
    private final int tasks;

    /** An assessor of a training on {@code data}. */
    public Assessor(SparkSession spark, LockstepConfig config, TrainingData data) {
        this.spark = spark;
        this.config = config;
        this.data = data;
        this.tasks = spark.sparkContext().defaultParallelism();
    }

    /** How train's features are spread; empty where there are too many of them. */
    public Optional<FeatureProfile> profile() {
        return FeatureProfile.ofTraining(data.set(DataRole.TRAIN), tasks);
    }

    /** Evaluates θ on all sets, compares them, and draws the conclusions. */
    public Assessment assess(Trainer trainer, TrainingResult result, Optional<FeatureProfile> profile) {
        Map<DataRole, Evaluation> evaluations = evaluate(trainer, result, List.of(DataRole.values()));
        Map<String, Evaluation> sets = new LinkedHashMap<>();
        evaluations.forEach((role, evaluation) -> sets.put(role.configName(), evaluation));
        Map<DataRole, SetError> errors = errors(evaluations);
        Map<String, Drift> drifts = new LinkedHashMap<>();
        Map<DataRole, String> shifts = new EnumMap<>(DataRole.class);
        profile.ifPresent(train -> {
            compare(DataRole.DEV, config.data().dev(), train, drifts, shifts);
            compare(DataRole.TEST, config.data().test(), train, drifts, shifts);
        });
        Ending ending = result.bestEpoch() == result.epochs().size()
                        && config.training().earlyStopping().isPresent()
                ? Ending.STILL_IMPROVING
                : Ending.SETTLED;
        return new Assessment(sets, drifts, new Diagnostician(config).diagnose(errors, shifts, ending));
    }

    /** The errors of θ on the sets of these roles that there are. */
    public Map<DataRole, SetError> errors(Trainer trainer, TrainingResult result, List<DataRole> roles) {
        return errors(evaluate(trainer, result, roles));
    }

    private static Map<DataRole, SetError> errors(Map<DataRole, Evaluation> evaluations) {
        Map<DataRole, SetError> errors = new EnumMap<>(DataRole.class);
        evaluations.forEach((role, evaluation) -> SetError.of(evaluation).ifPresent(error -> errors.put(role, error)));
        return errors;
    }

    private Map<DataRole, Evaluation> evaluate(Trainer trainer, TrainingResult result, List<DataRole> roles) {
        Evaluator evaluator = new Evaluator(
                trainer.network(),
                data.preparation().target(),
                data.classes(),
                config.data().labels());
        Map<DataRole, Evaluation> evaluations = new EnumMap<>(DataRole.class);
        for (DataRole role : roles) {
            if (data.has(role)) {
                evaluations.put(
                        role,
                        Jobs.named(
                                spark.sparkContext(),
                                "evaluate " + role.configName(),
                                () -> evaluator.evaluate(
                                        trainer.shards(role), data.set(role).examples(), result.theta())));
            }
        }
        return evaluations;
    }

    /** Sets cut from one file by the hash of their keys cannot drift apart; one with a file of its own can. */
    private void compare(
            DataRole role,
            Optional<String> file,
            FeatureProfile train,
            Map<String, Drift> drifts,
            Map<DataRole, String> shifts) {
        if (file.isEmpty() || !data.has(role)) {
            return;
        }
        ShardedSet set = data.set(role);
        Drift drift = new DriftComparison(data.features(), train).with(train.over(set, tasks));
        ShardedSet learnt = data.set(DataRole.TRAIN);
        if (SetClassifier.canTell(learnt, set)) {
            drift = drift.with(new SetClassifier(spark, data.features()).tellApart(learnt, set, tasks));
        }
        drifts.put(role.configName(), drift);
        drift.words().ifPresent(words -> shifts.put(role, words));
    }
}
