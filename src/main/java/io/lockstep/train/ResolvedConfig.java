package io.lockstep.train;

import io.lockstep.config.ConfigWriter;
import io.lockstep.config.Defaults;
import io.lockstep.config.EarlyStopping;
import io.lockstep.config.HiddenLayer;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Shuffle;
import io.lockstep.config.StorageChoice;
import io.lockstep.config.Task;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.Loss;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a config comes to: where it leaves something to be worked out, what that was, so that configs that mean the same
 * training are equal however they are written.
 *
 * @param values by their paths, as text; a key that is null is left out
 * @param open paths whose values the data have yet to tell; there are none of them, or of what is below them, in
 *     {@code values}
 */
record ResolvedConfig(SortedMap<String, String> values, Set<String> open) {
    private static final String EARLY_STOPPING = "training.early_stopping";
    private static final String SHUFFLE = "data.shuffle";
    private static final String STORAGE = "data.storage";
    private static final String LOSS = "training.loss";

    ResolvedConfig {
        values = new TreeMap<>(values);
        open = Set.copyOf(open);
    }

    /** As far as the config alone tells. */
    static ResolvedConfig of(LockstepConfig config) {
        SortedMap<String, String> values = new TreeMap<>();
        ConfigWriter.toMap(config).forEach((key, value) -> flatten(key, value, values));
        // what auto comes to may be another number in another version
        values.put("shards", Integer.toString(TrainingData.shards(config)));
        if (config.initializer() == Initializer.AUTO && isXavierThroughout(config)) {
            values.put("initializer", Initializer.XAVIER.configName());
        }
        if (config.task() == Task.REGRESSION) {
            Loss loss = config.training().loss().orElse(Defaults.REGRESSION_LOSS);
            remove(LOSS, values);
            boolean huber = loss.kind() == Loss.Kind.HUBER;
            values.put(LOSS, huber ? "huber" : "squared");
            if (huber) {
                values.put(LOSS + ".delta", Double.toString(loss.delta()));
            }
        }
        Set<String> open = new TreeSet<>();
        if (config.training()
                .earlyStopping()
                .filter(rule -> !rule.needsDevSet())
                .isPresent()) {
            open.add(EARLY_STOPPING);
        }
        if (config.data().shuffle() == Shuffle.AUTO) {
            open.add(SHUFFLE);
        }
        if (config.data().storage() == StorageChoice.AUTO) {
            open.add(STORAGE);
        }
        open.forEach(path -> remove(path, values));
        return new ResolvedConfig(values, open);
    }

    /** As a whole. */
    static ResolvedConfig of(LockstepConfig config, TrainingData data) {
        SortedMap<String, String> values = new TreeMap<>(of(config).values());
        ShardedSet train = data.set(DataRole.TRAIN);
        ShuffleRule shuffle = ShuffleRule.of(config.data().shuffle(), train.examples(), train.bytes(), train.shards());
        values.put(SHUFFLE, (shuffle instanceof ShuffleRule.Full ? Shuffle.FULL : Shuffle.BLOCKS).configName());
        values.put(STORAGE, data.features().storage().configName());
        config.training().earlyStopping().filter(rule -> data.has(DataRole.DEV)).ifPresent(rule -> put(rule, values));
        return new ResolvedConfig(values, Set.of());
    }

    private static void put(EarlyStopping rule, Map<String, String> values) {
        values.put(EARLY_STOPPING + ".metric", rule.metric().configName());
        values.put(EARLY_STOPPING + ".patience", Integer.toString(rule.patience()));
        values.put(EARLY_STOPPING + ".min_improvement", Double.toString(rule.minImprovement()));
    }

    /** Whether {@code auto} is that: no layer, the last one included, is followed by a relu. */
    private static boolean isXavierThroughout(LockstepConfig config) {
        return config.network().stream()
                .map(HiddenLayer::activation)
                .map(Activation::kind)
                .noneMatch(kind -> kind == Activation.Kind.RELU || kind == Activation.Kind.LEAKY_RELU);
    }

    /** Whether the data have yet to tell this one. */
    boolean isOpen(String path) {
        return open.stream().anyMatch(each -> isBelow(path, each));
    }

    /** Whether {@code path} is {@code ancestor} or leads through it. */
    static boolean isBelow(String path, String ancestor) {
        return path.equals(ancestor) || path.startsWith(ancestor + ".");
    }

    private static void remove(String ancestor, Map<String, String> values) {
        values.keySet().removeIf(path -> isBelow(path, ancestor));
    }

    private static void flatten(String path, Object value, Map<String, String> flat) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, nested) -> flatten(path + "." + key, nested, flat));
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                flatten(path + "[" + i + "]", list.get(i), flat);
            }
        } else if (value != null) {
            flat.put(path, value.toString());
        }
    }
}
