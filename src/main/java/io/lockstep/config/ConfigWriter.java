package io.lockstep.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lockstep.augment.AugmentSpec;
import io.lockstep.nn.Activation;
import io.lockstep.nn.Loss;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Schedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a config with every key, so that a model's lineage does not depend on the defaults of a version. */
public final class ConfigWriter {
    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build());

    private ConfigWriter() {}

    /**
     * The config in the form of its YAML: maps in the documented order, lists, strings, numbers and nulls. Reading it
     * again gives an equal config. The maps are the caller's to change.
     */
    public static Map<String, Object> toMap(LockstepConfig config) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", config.name());
        map.put("task", config.task().configName());
        map.put("data", data(config.data()));
        List<Object> network = new ArrayList<>();
        config.network().forEach(layer -> network.add(layer(layer)));
        map.put("network", network);
        map.put("input_dropout", config.inputDropout());
        map.put("initializer", config.initializer().configName());
        map.put("training", training(config.training()));
        map.put("sync", config.sync().configName());
        map.put("shards", config.shards().isPresent() ? config.shards().getAsInt() : "auto");
        map.put("checkpoint", config.checkpoint().map(ConfigWriter::checkpoint).orElse(null));
        map.put("output", config.output());
        map.put("card", card(config.card()));
        map.put("registry", config.registry().orElse(null));
        map.put("retrain", retrain(config.retrain()));
        return map;
    }

    private static Map<String, Object> card(CardConfig card) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("intended_use", card.intendedUse().orElse(null));
        map.put("out_of_scope", card.outOfScope().orElse(null));
        map.put("limits", card.limits().orElse(null));
        map.put("ethics", card.ethics().orElse(null));
        map.put("license", card.license().orElse(null));
        map.put("contact", card.contact().orElse(null));
        return map;
    }

    /** A config in the form of {@link #toMap} as YAML, which reading it again gives back. */
    public static String yaml(Map<?, ?> config) {
        try {
            return YAML.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a config that is no YAML", e);
        }
    }

    private static Map<String, Object> checkpoint(CheckpointConfig checkpoint) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("every_epochs", checkpoint.everyEpochs());
        map.put("every_minutes", checkpoint.everyMinutes());
        map.put("keep", checkpoint.keep());
        return map;
    }

    private static Map<String, Object> retrain(RetrainConfig retrain) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("start", retrain.start().configName());
        map.put("data", retrain.data().configName());
        map.put("metric", retrain.metric().map(EvaluationMetric::configName).orElse("auto"));
        map.put("minimum_gain", retrain.minimumGain());
        map.put("significance", retrain.significance());
        map.put("keep", retrain.keep());
        return map;
    }

    private static Map<String, Object> data(DataConfig data) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("train", data.train());
        map.put("dev", data.dev().orElse(null));
        map.put("test", data.test().orElse(null));
        map.put("format", data.format().map(DataFormat::configName).orElse(null));
        map.put("options", new LinkedHashMap<>(data.options()));
        map.put("label", data.labels().size() == 1 ? data.labels().get(0) : data.labels());
        map.put("weight", data.weight().orElse(null));
        map.put("features", features(data.features()));
        map.put("categorical", data.categorical() instanceof CategoricalSelection.Named named ? named.names() : "auto");
        map.put("hashing", new LinkedHashMap<>(data.hashing()));
        map.put("missing", data.missing().configName());
        map.put("key", data.key().isEmpty() ? null : data.key());
        Map<String, Object> split = new LinkedHashMap<>();
        split.put("train", data.split().train());
        split.put("dev", data.split().dev());
        split.put("test", data.split().test());
        split.put("train_dev", data.split().trainDev());
        map.put("split", split);
        map.put("normalize", data.normalize().configName());
        map.put("image", data.image().map(image -> image(image, data)).orElse(null));
        map.put("audio", data.audio().map(audio -> Map.of("rate", audio.rate())).orElse(null));
        map.put("storage", data.storage().configName());
        map.put("target", data.target().configName());
        map.put("shuffle", data.shuffle().configName());
        return map;
    }

    private static Map<String, Object> image(ImageShape image, DataConfig data) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("column", data.imageColumn().orElse(null));
        map.put("height", image.height());
        map.put("width", image.width());
        map.put("channels", image.channels());
        return map;
    }

    private static Object features(FeatureSelection features) {
        if (features instanceof FeatureSelection.Only only) {
            return only.names();
        }
        return features instanceof FeatureSelection.AllExcept except ? Map.of("exclude", except.names()) : "all";
    }

    private static Map<String, Object> layer(HiddenLayer layer) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("dense", layer.units());
        Activation activation = layer.activation();
        String name = activation.kind().configName();
        if (activation.kind() == Activation.Kind.LEAKY_RELU) {
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put(Section.NAME, name);
            settings.put("slope", activation.slope());
            map.put("activation", settings);
        } else {
            map.put("activation", name);
        }
        map.put(
                "batch_norm",
                layer.batchNorm().<Object>map(ConfigWriter::batchNorm).orElse(false));
        map.put("dropout", layer.dropout());
        return map;
    }

    private static Map<String, Object> batchNorm(BatchNorm norm) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("placement", norm.placement().configName());
        map.put("momentum", norm.momentum());
        map.put("epsilon", norm.epsilon());
        return map;
    }

    private static Map<String, Object> training(TrainingConfig training) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("loss", training.loss().map(ConfigWriter::loss).orElse(null));
        map.put("epochs", training.epochs());
        map.put("batch_size", training.batchSize() instanceof BatchSize.Rows rows ? rows.examples() : "full");
        map.put("optimizer", optimizer(training.optimizer()));
        map.put("schedule", schedule(training.schedule(), training.warmupEpochs()));
        map.put("finish_full_batch_epochs", training.finishFullBatchEpochs());
        map.put("l2", training.l2());
        map.put("l1", training.l1());
        map.put(
                "clip_norm",
                training.clipNorm().isPresent() ? training.clipNorm().getAsDouble() : null);
        map.put(
                "clip_value",
                training.clipValue().isPresent() ? training.clipValue().getAsDouble() : null);
        map.put(
                "early_stopping",
                training.earlyStopping().map(ConfigWriter::earlyStopping).orElse(null));
        map.put("augment", training.augment().map(ConfigWriter::augment).orElse(null));
        map.put(
                "class_weights",
                training.classWeights().map(ConfigWriter::classWeights).orElse(null));
        map.put("bayes_error", training.bayesError());
        map.put("seed", training.seed());
        return map;
    }

    private static Map<String, Object> loss(Loss loss) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (loss.kind() == Loss.Kind.HUBER) {
            map.put(Section.NAME, "huber");
            map.put("delta", loss.delta());
        } else {
            map.put(Section.NAME, "squared");
        }
        return map;
    }

    private static Object classWeights(ClassWeights weights) {
        return weights instanceof ClassWeights.ByClass byClass ? new LinkedHashMap<>(byClass.weights()) : "balanced";
    }

    private static Object earlyStopping(EarlyStopping stopping) {
        if (!stopping.needsDevSet()) {
            return "auto";
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("metric", stopping.metric().configName());
        map.put("patience", stopping.patience());
        map.put("min_improvement", stopping.minImprovement());
        return map;
    }

    private static Map<String, Object> augment(AugmentSpec spec) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("probability", spec.probability());
        map.put("flip", spec.geometry().flip().configName());
        map.put("shift", spec.geometry().shift());
        map.put("crop", spec.geometry().crop());
        map.put("rotate", spec.geometry().rotate());
        map.put("scale", spec.geometry().scale());
        map.put("shear", spec.geometry().shear());
        Map<String, Object> elastic = new LinkedHashMap<>();
        elastic.put("alpha", spec.geometry().elastic().alpha());
        elastic.put("sigma", spec.geometry().elastic().sigma());
        map.put("elastic", elastic);
        map.put("fill", spec.geometry().fill());
        map.put("blur", spec.photometry().blur());
        map.put("brightness", spec.photometry().brightness());
        map.put("contrast", spec.photometry().contrast());
        map.put("saturation", spec.photometry().saturation());
        map.put("noise", spec.noise());
        map.put("gain", spec.sound().gain());
        map.put("time_shift", spec.sound().timeShift());
        map.put("time_mask", spec.sound().timeMask());
        return map;
    }

    private static Map<String, Object> optimizer(OptimizerSpec optimizer) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(Section.NAME, optimizer.name());
        map.put("learning_rate", optimizer.learningRate());
        if (optimizer instanceof OptimizerSpec.Momentum momentum) {
            map.put("beta", momentum.beta());
        } else if (optimizer instanceof OptimizerSpec.Nesterov nesterov) {
            map.put("beta", nesterov.beta());
        } else if (optimizer instanceof OptimizerSpec.RmsProp rmsProp) {
            map.put("beta", rmsProp.beta());
            map.put("epsilon", rmsProp.epsilon());
        } else if (optimizer instanceof OptimizerSpec.Adam adam) {
            map.put("beta1", adam.beta1());
            map.put("beta2", adam.beta2());
            map.put("epsilon", adam.epsilon());
        } else if (optimizer instanceof OptimizerSpec.AdamW adamW) {
            map.put("beta1", adamW.beta1());
            map.put("beta2", adamW.beta2());
            map.put("epsilon", adamW.epsilon());
            map.put("weight_decay", adamW.weightDecay());
        }
        return map;
    }

    private static Map<String, Object> schedule(Schedule schedule, double warmupEpochs) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(Section.NAME, schedule.name());
        if (schedule instanceof Schedule.InverseTime inverseTime) {
            map.put("rate", inverseTime.rate());
        } else if (schedule instanceof Schedule.Exponential exponential) {
            map.put("base", exponential.base());
        } else if (schedule instanceof Schedule.InverseSqrt inverseSqrt) {
            map.put("k", inverseSqrt.k());
        } else if (schedule instanceof Schedule.Step step) {
            map.put("every_epochs", step.everyEpochs());
            map.put("factor", step.multiplier());
        } else if (schedule instanceof Schedule.Cosine cosine) {
            map.put("floor", cosine.floor());
        }
        map.put("warmup_epochs", warmupEpochs);
        return map;
    }
}
