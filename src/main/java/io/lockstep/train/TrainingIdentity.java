package io.lockstep.train;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.TrainingConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.optim.Schedule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which training a checkpoint is of: one with the same bits has the same.
 *
 * @param config what the config {@linkplain ResolvedConfig came to}
 * @param sets the examples
 * @param versions of what computes, by name
 */
record TrainingIdentity(SortedMap<String, String> config, Map<DataRole, Examples> sets, Map<String, String> versions) {
    /** Keys that decide nothing of a training's bits; the data that a path leads to are told by their fingerprint. */
    private static final Set<String> FREE = Set.of(
            "name",
            "output",
            "sync",
            "checkpoint",
            "card",
            "registry",
            "retrain",
            "search",
            "training.bayes_error",
            "data.train",
            "data.dev",
            "data.test",
            "data.format",
            "data.options");

    private static final String EPOCHS = "training.epochs";

    TrainingIdentity {
        config = new TreeMap<>(config);
        sets = new EnumMap<>(sets);
        versions = new TreeMap<>(versions);
    }

    /**
     * The examples of a set.
     *
     * @param fingerprint as {@link TrainingData#orderFingerprint}: the same rows in another order, by other keys say, make
     *     other mini-batches
     */
    record Examples(long count, long fingerprint) {
        String text() {
            return String.format(Locale.ROOT, "%,d examples (fingerprint %016x)", count, fingerprint);
        }
    }

    static TrainingIdentity of(LockstepConfig config, TrainingData data, Map<String, String> versions) {
        Map<DataRole, Examples> sets = new EnumMap<>(DataRole.class);
        for (DataRole role : DataRole.values()) {
            if (data.has(role)) {
                sets.put(role, new Examples(data.set(role).examples(), data.orderFingerprint(role)));
            }
        }
        return new TrainingIdentity(ResolvedConfig.of(config, data).values(), sets, versions);
    }

    /**
     * How a config differs from this one's in what decides bits, as far as it is resolved.
     *
     * @param now the other config
     * @param resolved what that comes to
     * @param run epochs that the checkpoint's training has behind it: it can be made longer where no step so far depends
     *     on its end
     */
    List<String> differences(LockstepConfig now, ResolvedConfig resolved, int run) {
        SortedMap<String, String> other = resolved.values();
        SortedSet<String> paths = new TreeSet<>(config.keySet());
        paths.addAll(other.keySet());
        List<String> differences = new ArrayList<>();
        for (String path : paths) {
            String here = other.get(path);
            String there = config.get(path);
            boolean free = isFree(path)
                    || resolved.isOpen(path)
                    || (path.equals(EPOCHS) && canEndElsewhere(now.training(), run));
            if (!Objects.equals(here, there) && !free) {
                differences.add(path + ": " + text(there) + " there, " + text(here) + " here");
            }
        }
        return differences;
    }

    private static boolean canEndElsewhere(TrainingConfig now, int run) {
        return now.epochs() >= run && now.finishFullBatchEpochs() == 0 && !(now.schedule() instanceof Schedule.Cosine);
    }

    private static String text(String value) {
        return Optional.ofNullable(value).orElse("nothing");
    }

    /** Whether a training of this config has nothing left to do after {@code checkpoint}. */
    boolean isEndedBy(Checkpoint checkpoint) {
        int finishing = number("training.finish_full_batch_epochs");
        int miniBatches = checkpoint.patienceEnded().orElse(number(EPOCHS));
        return !checkpoint.isWithinEpoch() && checkpoint.epochs().size() >= miniBatches + finishing;
    }

    private int number(String path) {
        String value = config.getOrDefault(path, "0");
        return value.matches("\\d{1,9}") ? Integer.parseInt(value) : 0;
    }

    private static boolean isFree(String path) {
        return FREE.stream().anyMatch(free -> ResolvedConfig.isBelow(path, free));
    }

    /** How the examples differ from this one's. */
    List<String> differences(Map<DataRole, Examples> now) {
        List<String> differences = new ArrayList<>();
        for (DataRole role : DataRole.values()) {
            Optional<Examples> there = Optional.ofNullable(sets.get(role));
            Optional<Examples> here = Optional.ofNullable(now.get(role));
            if (!there.equals(here)) {
                differences.add(role.configName() + ": "
                        + there.map(Examples::text).orElse("no examples") + " there, "
                        + here.map(Examples::text).orElse("no examples") + " here");
            }
        }
        return differences;
    }

    /** What computes now and is not what computed then; the bits may differ then. */
    List<String> otherVersions(Map<String, String> now) {
        List<String> differences = new ArrayList<>();
        versions.forEach((name, then) -> {
            if (!then.equals(now.get(name))) {
                differences.add(name + ": " + then + " then, " + text(now.get(name)) + " now");
            }
        });
        return differences;
    }
}
