package io.lockstep.train;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.config.EvaluationMetric;
import io.lockstep.data.DataRole;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.model.JsonField;
import io.lockstep.nn.LayerActivity;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The content of {@code checkpoint.json}: all of a checkpoint but its arrays. */
final class CheckpointJson {
    static final int FORMAT_VERSION = 2;

    /** Of the file; a thousand epochs of a net of three layers take half of a percent. */
    static final int MOST_BYTES = 256 << 20;

    private static final JsonMapper MAPPER = new JsonMapper();

    private CheckpointJson() {}

    /**
     * What the file says.
     *
     * @param run names the run that wrote it and those that it goes on from: when the first began, in milliseconds
     * @param checkpoint with empty arrays
     * @param stateArrays of the optimizer
     */
    record Content(TrainingIdentity identity, long run, Checkpoint checkpoint, int stateArrays) {}

    static void write(OutputStream out, TrainingIdentity identity, long run, Checkpoint checkpoint) throws IOException {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format_version", FORMAT_VERSION);
        root.put("run", run);
        identity.versions().forEach(root.putObject("versions")::put);
        identity.config().forEach(root.putObject("config")::put);
        ObjectNode sets = root.putObject("data");
        identity.sets().forEach((role, examples) -> sets.putObject(role.configName())
                .put("examples", examples.count())
                .put("fingerprint", String.format(Locale.ROOT, "%016x", examples.fingerprint())));
        root.put("optimizer_steps", checkpoint.optimizerSteps());
        root.put("optimizer_arrays", checkpoint.optimizerState().length);
        checkpoint.patienceEnded().ifPresent(epoch -> root.put("patience_ended", epoch));
        checkpoint.best().ifPresent(best -> {
            ObjectNode node = root.putObject("best").put("epoch", best.epoch());
            best.score().ifPresent(score -> node.put("score", score));
        });
        EpochSums current = checkpoint.current();
        ObjectNode under = root.putObject("current")
                .put("steps", current.steps())
                .put("loss", current.loss())
                .put("examples", current.examples());
        under.set("time", time(current.time()));
        root.put("worse_steps", checkpoint.worseSteps());
        root.set("initial_health", health(checkpoint.health().initial()));
        ArrayNode warnings = root.putArray("warnings");
        checkpoint.health().warnings().forEach(warning -> warnings.addObject()
                .put("kind", warning.kind().jsonName())
                .put("epoch", warning.epoch())
                .put("message", warning.message()));
        ArrayNode epochs = root.putArray("epochs");
        checkpoint.epochs().forEach(epoch -> epochs.add(epoch(epoch)));
        byte[] json = MAPPER.writeValueAsBytes(root);
        if (json.length > MOST_BYTES) {
            throw new IOException("what is recorded of " + checkpoint.epochs().size() + " epochs takes " + json.length
                    + " bytes, more than " + MOST_BYTES);
        }
        out.write(json);
    }

    private static ObjectNode epoch(EpochRecord epoch) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("train_loss", epoch.trainLoss())
                .put("examples_per_second", epoch.examplesPerSecond())
                .put("learning_rate", epoch.learningRate());
        node.set("time", time(epoch.time()));
        epoch.dev().ifPresent(dev -> {
            ObjectNode score = node.putObject("dev").put("examples", dev.examples());
            dev.values().forEach((metric, value) -> score.put(metric.configName(), value));
        });
        node.set("health", health(epoch.health()));
        return node;
    }

    private static ObjectNode time(EpochTime time) {
        return MAPPER.createObjectNode()
                .put("seconds", time.seconds())
                .put("compute", time.compute())
                .put("waiting", time.waiting())
                .put("exchange", time.exchange())
                .put("optimizer", time.optimizer());
    }

    private static ObjectNode health(NetworkHealth health) {
        ObjectNode node =
                MAPPER.createObjectNode().put("examples", health.examples()).put("loss", health.loss());
        ArrayNode layers = node.putArray("layers");
        for (LayerHealth layer : health.layers()) {
            LayerActivity activity = layer.activity();
            ObjectNode entry = layers.addObject()
                    .put("name", layer.name())
                    .put("layer", activity.layer())
                    .put("units", activity.units())
                    .put("activation", activity.activation())
                    .put("signal", activity.signal())
                    .put("gradient", activity.gradient())
                    .put("weights", activity.weights())
                    .put("update", layer.update());
            activity.dead().ifPresent(dead -> entry.put("dead", dead));
            activity.saturated().ifPresent(saturated -> entry.put("saturated", saturated));
        }
        return node;
    }

    /**
     * Reads it.
     *
     * @throws DataException if it is not what {@link #write} writes
     * @throws ConfigException if another version of Lockstep wrote it
     */
    static Content read(byte[] json, String file) {
        JsonField root = JsonField.root(json, file);
        int version = root.field("format_version").integer();
        if (version != FORMAT_VERSION) {
            // it may be whole
            throw new ConfigException("--resume: " + file + ": format_version: expected " + FORMAT_VERSION + ", found "
                    + version + ". Another version of Lockstep wrote it: go on with that one, or leave --resume out to"
                    + " begin anew.");
        }
        JsonField current = root.field("current");
        List<EpochRecord> epochs = new ArrayList<>();
        for (JsonField epoch : root.field("epochs").elements()) {
            epochs.add(epoch(epoch, epochs.size() + 1));
        }
        List<HealthWarning> warnings = new ArrayList<>();
        for (JsonField warning : root.field("warnings").elements()) {
            warnings.add(new HealthWarning(
                    warning.field("kind").choice(HealthWarning.Kind.class),
                    warning.field("epoch").integer(),
                    warning.field("message").text()));
        }
        Checkpoint checkpoint = new Checkpoint(
                epochs,
                new EpochSums(
                        current.field("steps").integer(),
                        current.field("loss").anyNumber(),
                        current.field("examples").longInteger(),
                        time(current.field("time"))),
                optional(root, "patience_ended"),
                new float[0],
                root.field("optimizer_steps").longInteger(),
                new float[0][],
                root.has("best") ? Optional.of(best(root.field("best"))) : Optional.empty(),
                new float[0],
                new HealthReport(health(root.field("initial_health")), warnings),
                root.field("worse_steps").integer());
        return new Content(
                identity(root),
                root.field("run").longInteger(),
                checkpoint,
                root.field("optimizer_arrays").integer());
    }

    private static Checkpoint.Best best(JsonField best) {
        OptionalDouble score =
                best.has("score") ? OptionalDouble.of(best.field("score").anyNumber()) : OptionalDouble.empty();
        return new Checkpoint.Best(best.field("epoch").integer(), score, new float[0]);
    }

    private static TrainingIdentity identity(JsonField root) {
        TreeMap<String, String> config = new TreeMap<>();
        JsonField keys = root.field("config");
        keys.names().forEach(key -> config.put(key, keys.field(key).text()));
        TreeMap<String, String> versions = new TreeMap<>();
        JsonField parts = root.field("versions");
        parts.names().forEach(part -> versions.put(part, parts.field(part).text()));
        Map<DataRole, TrainingIdentity.Examples> sets = new EnumMap<>(DataRole.class);
        for (DataRole role : DataRole.values()) {
            if (root.field("data").has(role.configName())) {
                JsonField set = root.field("data").field(role.configName());
                JsonField fingerprint = set.field("fingerprint");
                sets.put(
                        role,
                        new TrainingIdentity.Examples(
                                set.field("examples").longInteger(),
                                fingerprint.build(() -> Long.parseUnsignedLong(fingerprint.text(), 16))));
            }
        }
        return new TrainingIdentity(config, sets, versions);
    }

    private static EpochRecord epoch(JsonField epoch, int number) {
        Optional<Score> dev = epoch.has("dev") ? Optional.of(score(epoch.field("dev"))) : Optional.empty();
        return new EpochRecord(
                number,
                epoch.field("train_loss").anyNumber(),
                dev,
                epoch.field("examples_per_second").anyNumber(),
                time(epoch.field("time")),
                epoch.field("learning_rate").anyNumber(),
                health(epoch.field("health")));
    }

    private static Score score(JsonField dev) {
        Map<EvaluationMetric, Double> values = new EnumMap<>(EvaluationMetric.class);
        for (EvaluationMetric metric : EvaluationMetric.values()) {
            if (dev.has(metric.configName())) {
                values.put(metric, dev.field(metric.configName()).anyNumber());
            }
        }
        return new Score(dev.field("examples").longInteger(), values);
    }

    private static EpochTime time(JsonField time) {
        return new EpochTime(
                time.field("seconds").anyNumber(),
                time.field("compute").anyNumber(),
                time.field("waiting").anyNumber(),
                time.field("exchange").anyNumber(),
                time.field("optimizer").anyNumber());
    }

    private static NetworkHealth health(JsonField health) {
        List<LayerHealth> layers = new ArrayList<>();
        for (JsonField layer : health.field("layers").elements()) {
            LayerActivity activity = new LayerActivity(
                    layer.field("layer").integer(),
                    layer.field("units").integer(),
                    layer.field("activation").anyNumber(),
                    layer.field("signal").anyNumber(),
                    layer.field("gradient").anyNumber(),
                    layer.field("weights").anyNumber(),
                    optional(layer, "dead"),
                    optional(layer, "saturated"));
            layers.add(new LayerHealth(
                    activity, layer.field("name").text(), layer.field("update").anyNumber()));
        }
        return new NetworkHealth(
                health.field("examples").integer(), health.field("loss").anyNumber(), layers);
    }

    private static OptionalInt optional(JsonField parent, String name) {
        return parent.has(name) ? OptionalInt.of(parent.field(name).integer()) : OptionalInt.empty();
    }
}
