package io.lockstep.config;

import io.lockstep.config.YamlNode.Members;
import io.lockstep.nn.Loss;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Schedule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The section {@code training}. */
final class TrainingReader {
    private static final Map<String, Function<Section, OptimizerSpec>> OPTIMIZERS = new LinkedHashMap<>();
    private static final Map<String, Function<Section, Schedule>> SCHEDULES = new LinkedHashMap<>();

    /** A regression has the choice; other tasks have one loss each. */
    private static final Map<String, Function<Section, Loss>> LOSSES = new LinkedHashMap<>();

    static {
        LOSSES.put("squared", s -> Loss.HALVED_SQUARED);
        LOSSES.put("huber", s -> Loss.huber(s.number("delta", Defaults.HUBER_DELTA, Range.POSITIVE)));

        OPTIMIZERS.put("sgd", s -> new OptimizerSpec.Sgd(plainRate(s)));
        OPTIMIZERS.put("momentum", s -> new OptimizerSpec.Momentum(plainRate(s), beta(s)));
        OPTIMIZERS.put("nesterov", s -> new OptimizerSpec.Nesterov(plainRate(s), beta(s)));
        OPTIMIZERS.put("rmsprop", s -> new OptimizerSpec.RmsProp(adaptiveRate(s), beta(s), epsilon(s)));
        OPTIMIZERS.put("adam", s -> new OptimizerSpec.Adam(adaptiveRate(s), beta1(s), beta2(s), epsilon(s)));
        OPTIMIZERS.put(
                "adamw",
                s -> new OptimizerSpec.AdamW(
                        adaptiveRate(s),
                        beta1(s),
                        beta2(s),
                        epsilon(s),
                        s.number("weight_decay", Defaults.WEIGHT_DECAY, Range.NOT_NEGATIVE)));

        SCHEDULES.put("constant", s -> new Schedule.Constant());
        SCHEDULES.put(
                "inverse_time",
                s -> new Schedule.InverseTime(s.number("rate", Defaults.INVERSE_TIME_RATE, Range.NOT_NEGATIVE)));
        SCHEDULES.put(
                "exponential",
                s -> new Schedule.Exponential(s.number("base", Defaults.EXPONENTIAL_BASE, Range.POSITIVE_FRACTION)));
        SCHEDULES.put(
                "inverse_sqrt", s -> new Schedule.InverseSqrt(s.number("k", Defaults.INVERSE_SQRT_K, Range.POSITIVE)));
        SCHEDULES.put(
                "step",
                s -> new Schedule.Step(
                        s.requiredWholeNumber("every_epochs", 1, 1),
                        s.number("factor", Defaults.STEP_FACTOR, Range.POSITIVE_FRACTION)));
        SCHEDULES.put("cosine", s -> new Schedule.Cosine(s.number("floor", Defaults.COSINE_FLOOR, Range.FRACTION)));
    }

    private record Warmed(Schedule schedule, double warmupEpochs) {}

    private TrainingReader() {}

    static TrainingConfig read(Section training) {
        Optional<Loss> loss = training.named(
                "loss",
                LOSSES.keySet(),
                "squared",
                Optional.empty(),
                (name, settings) -> Optional.of(LOSSES.get(name).apply(settings)));
        int epochs = training.wholeNumber("epochs", Defaults.EPOCHS, 1);
        BatchSize batchSize = batchSize(training);
        OptimizerSpec optimizer = training.named(
                "optimizer",
                OPTIMIZERS.keySet(),
                Defaults.OPTIMIZER.name(),
                Defaults.OPTIMIZER,
                (name, settings) -> OPTIMIZERS.get(name).apply(settings));
        Warmed warmed = training.named(
                "schedule",
                SCHEDULES.keySet(),
                Defaults.SCHEDULE.name(),
                new Warmed(Defaults.SCHEDULE, Defaults.WARMUP_EPOCHS),
                (name, settings) -> new Warmed(
                        SCHEDULES.get(name).apply(settings),
                        settings.number("warmup_epochs", Defaults.WARMUP_EPOCHS, Range.NOT_NEGATIVE)));
        return new TrainingConfig(
                loss,
                epochs,
                batchSize,
                optimizer,
                warmed.schedule(),
                warmed.warmupEpochs(),
                training.wholeNumber("finish_full_batch_epochs", Defaults.FINISH_FULL_BATCH_EPOCHS, 0),
                training.number("l2", Defaults.L2, Range.NOT_NEGATIVE),
                training.number("l1", Defaults.L1, Range.NOT_NEGATIVE),
                training.optionalNumber("clip_norm", Range.POSITIVE),
                training.optionalNumber("clip_value", Range.POSITIVE),
                earlyStopping(training),
                AugmentReader.read(training),
                classWeights(training),
                training.number("bayes_error", Defaults.BAYES_ERROR, Range.NOT_NEGATIVE),
                training.longNumber("seed", Defaults.SEED));
    }

    private static BatchSize batchSize(Section training) {
        Optional<YamlNode> value = training.value("batch_size");
        if (value.isPresent() && YamlNode.hasText(value.get(), "full")) {
            return BatchSize.full();
        }
        if (value.isEmpty()) {
            return Defaults.BATCH_SIZE;
        }
        Optional<Long> examples =
                Section.wholeNumber(value.get()).filter(number -> number >= 1 && number <= Integer.MAX_VALUE);
        if (examples.isEmpty()) {
            training.wrong("batch_size", "full or a whole number from 1 to " + Integer.MAX_VALUE);
        }
        return examples.map(number -> BatchSize.of(number.intValue())).orElse(Defaults.BATCH_SIZE);
    }

    private static Optional<EarlyStopping> earlyStopping(Section training) {
        boolean written = training.names("early_stopping");
        Optional<YamlNode> value = training.value("early_stopping");
        if (value.isEmpty()) {
            return written ? Optional.empty() : Optional.of(Defaults.EARLY_STOPPING);
        }
        if (YamlNode.hasText(value.get(), "auto")) {
            return Optional.of(Defaults.EARLY_STOPPING);
        }
        if (!(value.get() instanceof Members)) {
            training.wrong("early_stopping", "auto, null or a map such as { metric: loss, patience: 5 }");
            return Optional.of(Defaults.EARLY_STOPPING);
        }
        return Optional.of(training.section("early_stopping")
                .read(stopping -> new EarlyStopping(
                        stopping.choice(
                                "metric",
                                EvaluationMetric.values(),
                                Defaults.EARLY_STOPPING.metric(),
                                Named::configName),
                        stopping.wholeNumber("patience", Defaults.EARLY_STOPPING.patience(), 1),
                        stopping.number(
                                "min_improvement", Defaults.EARLY_STOPPING.minImprovement(), Range.NOT_NEGATIVE),
                        EarlyStopping.Origin.CONFIGURED)));
    }

    private static Optional<ClassWeights> classWeights(Section training) {
        Optional<YamlNode> value = training.value("class_weights");
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (YamlNode.hasText(value.get(), "balanced")) {
            return Optional.of(new ClassWeights.Balanced());
        }
        if (!(value.get() instanceof Members map) || map.members().isEmpty()) {
            training.wrong("class_weights", "balanced or a map such as { yes: 5, no: 1 }");
            return Optional.empty();
        }
        return Optional.of(training.section("class_weights").read(section -> {
            SortedMap<String, Double> weights = new TreeMap<>();
            for (String name : map.members().keySet()) {
                weights.put(name, section.number(name, 1, Range.NOT_NEGATIVE));
            }
            return new ClassWeights.ByClass(weights);
        }));
    }

    private static double plainRate(Section s) {
        return s.number("learning_rate", Defaults.PLAIN_LEARNING_RATE, Range.POSITIVE);
    }

    private static double adaptiveRate(Section s) {
        return s.number("learning_rate", Defaults.ADAPTIVE_LEARNING_RATE, Range.POSITIVE);
    }

    private static double beta(Section s) {
        return s.number("beta", Defaults.BETA, Range.RATE);
    }

    private static double beta1(Section s) {
        return s.number("beta1", Defaults.BETA1, Range.RATE);
    }

    private static double beta2(Section s) {
        return s.number("beta2", Defaults.BETA2, Range.RATE);
    }

    private static double epsilon(Section s) {
        return s.number("epsilon", Defaults.EPSILON, Range.POSITIVE);
    }
}
