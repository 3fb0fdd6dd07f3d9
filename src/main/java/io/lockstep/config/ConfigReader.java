package io.lockstep.config;

import io.lockstep.config.YamlNode.Member;
import io.lockstep.config.YamlNode.Members;
import io.lockstep.nn.Initializer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Reads a config from YAML text. Reading the text from a file is the caller's. */
public final class ConfigReader {
    /** A config is some kilobytes; what is larger is some other file. */
    private static final int LARGEST_BYTES = 1 << 20;

    private static final String CARD_TEXT = "a text for the model card";

    private ConfigReader() {}

    /**
     * The config in {@code yamlText} with {@code overrides} applied, the later over the earlier.
     *
     * @param fileName as messages shall show it; without directory and extension it is the default of {@code name}
     * @param overrides {@code key.path=value} each, the value in YAML; an element of a list is {@code network[0]} or
     *     {@code network.0}
     * @throws io.lockstep.error.ConfigException with a line for every mistake, in the order of the file:
     *     {@code digits.yaml:14  training.epochs: expected a whole number >= 1, found "ten".}
     */
    public static LockstepConfig read(String yamlText, String fileName, List<String> overrides) {
        Mistakes mistakes = new Mistakes();
        Place start = Place.line(fileName, 1);
        Members root = parse(yamlText, fileName, start, mistakes);
        Overrides.apply(overrides, root, mistakes);
        Unavailable.report(root, mistakes);
        return config(new Section(start, "", root, mistakes), root, fileName);
    }

    private static Members parse(String yamlText, String fileName, Place start, Mistakes mistakes) {
        int bytes = yamlText.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LARGEST_BYTES) {
            throw mistakes.fatal(
                    start, "", "a config has at most " + LARGEST_BYTES + " bytes, this file has " + bytes + ".");
        }
        Optional<YamlNode> root = YamlParser.parse(yamlText, "", line -> Place.line(fileName, line), mistakes);
        if (root.isEmpty() || YamlNode.isNull(root.get())) {
            throw mistakes.fatal(start, "", "the config is empty. It needs at least task, data.train and data.label.");
        }
        if (root.get() instanceof Members map) {
            return map;
        }
        throw mistakes.fatal(
                start,
                "",
                "expected a map of keys such as \"task: classification\", found " + Found.describe(root.get()) + ".");
    }

    private static LockstepConfig config(Section root, Members tree, String fileName) {
        String name = root.text("name", "a name").orElseGet(() -> Defaults.name(fileName));
        root.require("task", "classification, multilabel or regression");
        Task task = root.choice("task", Task.values(), Task.CLASSIFICATION, Named::configName);
        DataConfig data = root.section("data").read(DataReader::read);
        List<HiddenLayer> network = NetworkReader.read(root);
        double inputDropout = root.number("input_dropout", Defaults.DROPOUT, Range.RATE);
        Initializer initializer =
                root.choice("initializer", Initializer.values(), Defaults.INITIALIZER, Initializer::configName);
        TrainingConfig training = root.section("training").read(TrainingReader::read);
        SyncMode sync = root.choice("sync", SyncMode.values(), Defaults.SYNC, Named::configName);
        OptionalInt shards = shards(root);
        Optional<CheckpointConfig> checkpoint = checkpoint(root);
        String output = root.path("output", "a path").orElseGet(() -> Defaults.output(name));
        CardConfig card = root.section("card").read(ConfigReader::card);
        Optional<String> registry = root.path("registry", "a path");
        RetrainConfig retrain = root.section("retrain").read(section -> retrain(section, task));

        Mistakes mistakes = root.mistakes();
        List<Conflict> conflicts = new ArrayList<>(Conflict.among(task, data, network, initializer, training));
        conflicts.addAll(Conflict.ofStorage(data, inputDropout));
        for (Conflict conflict : conflicts) {
            // where one side is wrong by itself, its stand-in would only raise a false alarm
            if (!mistakes.touch(conflict.path()) && !mistakes.touch(conflict.other())) {
                mistakes.add(place(tree, conflict.path(), fileName), conflict.path(), conflict.message());
            }
        }
        root.finish();
        mistakes.throwIfAny();
        return new LockstepConfig(
                name,
                task,
                data,
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

    private static RetrainConfig retrain(Section retrain, Task task) {
        RetrainConfig standard = Defaults.RETRAIN;
        return new RetrainConfig(
                retrain.choice("start", RetrainConfig.Start.values(), standard.start(), Named::configName),
                retrain.choice("data", RetrainConfig.Data.values(), standard.data(), Named::configName),
                metric(retrain, task),
                retrain.number("minimum_gain", standard.minimumGain(), Range.NOT_NEGATIVE),
                retrain.number("significance", standard.significance(), Range.POSITIVE_FRACTION),
                retrain.wholeNumber("keep", standard.keep(), 2));
    }

    private static Optional<EvaluationMetric> metric(Section retrain, Task task) {
        Optional<YamlNode> value = retrain.value("metric");
        if (value.isEmpty() || YamlNode.hasText(value.get(), "auto")) {
            return Optional.empty();
        }
        EvaluationMetric[] known = Stream.of(EvaluationMetric.values())
                .filter(metric -> RetrainConfig.comparable(metric, task))
                .toArray(EvaluationMetric[]::new);
        return retrain.optionalChoice("metric", known, Named::configName);
    }

    private static Optional<CheckpointConfig> checkpoint(Section root) {
        if (root.value("checkpoint").isEmpty()) {
            return root.names("checkpoint") ? Optional.empty() : Optional.of(Defaults.CHECKPOINT);
        }
        CheckpointConfig standard = Defaults.CHECKPOINT;
        return Optional.of(root.section("checkpoint")
                .read(s -> new CheckpointConfig(
                        s.wholeNumber("every_epochs", standard.everyEpochs(), 1),
                        s.number("every_minutes", standard.everyMinutes(), Range.POSITIVE),
                        s.wholeNumber("keep", standard.keep(), 1))));
    }

    private static CardConfig card(Section section) {
        return new CardConfig(
                section.text("intended_use", CARD_TEXT),
                section.text("out_of_scope", CARD_TEXT),
                section.text("limits", CARD_TEXT),
                section.text("ethics", CARD_TEXT),
                section.text("license", CARD_TEXT),
                section.text("contact", CARD_TEXT));
    }

    private static OptionalInt shards(Section root) {
        Optional<YamlNode> value = root.value("shards");
        if (value.isEmpty() || YamlNode.hasText(value.get(), "auto")) {
            return Defaults.SHARDS;
        }
        Optional<Long> count = Section.wholeNumber(value.get())
                .filter(number -> number > 0 && number <= Integer.MAX_VALUE && Long.bitCount(number) == 1);
        if (count.isEmpty()) {
            root.wrong("shards", "auto or a whole number that is a power of two (1, 2, 4, 8, ...)");
        }
        return count.map(number -> OptionalInt.of(number.intValue())).orElse(Defaults.SHARDS);
    }

    /** The place of the key at {@code path}, or of the nearest key above it. */
    private static Place place(Members tree, String path, String fileName) {
        Place place = Place.line(fileName, 1);
        YamlNode node = tree;
        for (String key : path.split("\\.", -1)) {
            Optional<Member> member = node instanceof Members map ? map.member(key) : Optional.empty();
            if (member.isEmpty()) {
                return place;
            }
            place = member.get().place();
            node = member.get().value();
        }
        return place;
    }
}
