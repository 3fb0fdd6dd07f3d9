package io.lockstep.config;

import io.lockstep.config.YamlNode.Items;
import io.lockstep.config.YamlNode.Member;
import io.lockstep.config.YamlNode.Members;
import io.lockstep.config.YamlNode.Scalar;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The section {@code data}. */
final class DataReader {
    private static final String PATH = "a path, directory or glob";
    private static final String COLUMN = "a column name";
    /** Of an image. */
    private static final String COLUMN_KEY = "column";

    private static final String STAND_IN = "?";

    /** Each is a column of the first layer's weights, and so of every gradient. */
    private static final int WIDEST_HASHING = 1 << 16;

    private DataReader() {}

    static DataConfig read(Section data) {
        String train = data.requiredPath("train", STAND_IN, PATH);
        List.of("train", "dev", "test").forEach(key -> requireDays(data, key));
        Optional<String> dev = data.path("dev", PATH);
        Optional<String> test = data.path("test", PATH);
        Optional<DataFormat> format = data.optionalChoice("format", DataFormat.values(), Named::configName);
        SortedMap<String, String> options = options(data);
        return new DataConfig(
                train,
                dev,
                test,
                format,
                options,
                labels(data, format),
                data.text("weight", COLUMN),
                features(data),
                categorical(data),
                hashing(data),
                data.choice("missing", Missing.values(), Defaults.MISSING, Named::configName),
                key(data),
                split(data),
                data.choice("normalize", Normalize.values(), Defaults.NORMALIZE, Named::configName),
                image(data),
                imageColumn(data),
                audio(data),
                data.choice("storage", StorageChoice.values(), Defaults.STORAGE, Named::configName),
                data.choice("target", TargetTransform.values(), Defaults.TARGET, Named::configName),
                data.choice("shuffle", Shuffle.values(), Defaults.SHUFFLE, Named::configName));
    }

    private static void requireDays(Section data, String key) {
        data.value(key)
                .filter(Scalar.class::isInstance)
                .flatMap(path -> DatedPath.mistake(((Scalar) path).text()))
                .ifPresent(mistake -> data.report(key, mistake));
    }

    private static List<String> labels(Section data, Optional<DataFormat> format) {
        Optional<YamlNode> value = data.value("label");
        if (value.isPresent() && value.get() instanceof Items list) {
            List<String> names = data.columns("label", list);
            return names.isEmpty() ? List.of(STAND_IN) : names;
        }
        return List.of(label(data, format));
    }

    private static String label(Section data, Optional<DataFormat> format) {
        Optional<String> implied = format.or(() -> data.value("train")
                        .filter(YamlNode.Scalar.class::isInstance)
                        .flatMap(path -> DataFormat.ofFile(((YamlNode.Scalar) path).text())))
                .flatMap(Defaults::label);
        return implied.isPresent()
                ? data.text("label", COLUMN).orElse(implied.get())
                : data.requiredText("label", STAND_IN, COLUMN);
    }

    private static SortedMap<String, String> options(Section data) {
        Optional<YamlNode> value = data.value("options");
        if (value.isEmpty()) {
            return Defaults.OPTIONS;
        }
        SortedMap<String, String> options = new TreeMap<>();
        if (!(value.get() instanceof Members map)) {
            data.wrong("options", "a map of options for Spark's reader");
            return options;
        }
        for (Map.Entry<String, Member> entry : map.members().entrySet()) {
            // Spark takes every option as text, so header: true and sep: ";" are alike here
            if (entry.getValue().value() instanceof Scalar scalar && !scalar.isNull()) {
                options.put(entry.getKey(), scalar.text());
                boolean secret = Credentials.inOption(entry.getKey());
                if (secret || Credentials.inPath(scalar.text())) {
                    data.mistakes()
                            .add(
                                    entry.getValue().place(),
                                    YamlParser.join(data.path("options"), entry.getKey()),
                                    secret ? Credentials.OPTION_REMEDY : Credentials.PATH_REMEDY);
                }
            } else {
                data.mistakes()
                        .add(
                                entry.getValue().place(),
                                YamlParser.join(data.path("options"), entry.getKey()),
                                "expected a text, number or boolean, found "
                                        + Found.describe(entry.getValue().value()) + ".");
            }
        }
        return options;
    }

    private static FeatureSelection features(Section data) {
        Optional<YamlNode> value = data.value("features");
        if (value.isEmpty() || YamlNode.hasText(value.get(), "all")) {
            return Defaults.FEATURES;
        }
        if (value.get() instanceof Items list) {
            List<String> names = data.columns("features", list);
            return names.isEmpty() ? Defaults.FEATURES : new FeatureSelection.Only(names);
        }
        if (value.get() instanceof Members) {
            return data.section("features").read(DataReader::exclude);
        }
        data.wrong("features", "all, a list of column names or { exclude: [names] }");
        return Defaults.FEATURES;
    }

    private static FeatureSelection exclude(Section features) {
        features.require("exclude", "a list of column names");
        Optional<YamlNode> value = features.value("exclude");
        if (value.isPresent() && value.get() instanceof Items list) {
            List<String> names = features.columns("exclude", list);
            return names.isEmpty() ? Defaults.FEATURES : new FeatureSelection.AllExcept(names);
        }
        if (value.isPresent()) {
            features.wrong("exclude", "a list of column names");
        }
        return Defaults.FEATURES;
    }

    private static CategoricalSelection categorical(Section data) {
        Optional<YamlNode> value = data.value("categorical");
        if (value.isEmpty() || YamlNode.hasText(value.get(), "auto")) {
            return Defaults.CATEGORICAL;
        }
        if (value.get() instanceof Items list) {
            // an empty list says that not even columns of strings are categories
            return new CategoricalSelection.Named(
                    list.items().isEmpty() ? List.of() : data.columns("categorical", list));
        }
        data.wrong("categorical", "auto or a list of column names");
        return Defaults.CATEGORICAL;
    }

    private static SortedMap<String, Integer> hashing(Section data) {
        SortedMap<String, Integer> widths = new TreeMap<>();
        if (data.value("hashing").isPresent()) {
            data.section("hashing").read(columns -> {
                for (String column : columns.keys()) {
                    if (columns.value(column).isPresent()) {
                        widths.put(column, columns.wholeNumber(column, 2, 2, WIDEST_HASHING));
                    }
                }
                return widths;
            });
        }
        return widths;
    }

    private static List<String> key(Section data) {
        Optional<YamlNode> value = data.value("key");
        if (value.isEmpty()) {
            return Defaults.KEY;
        }
        if (value.get() instanceof Items list) {
            return data.columns("key", list);
        }
        return data.text("key", "a column name or a list of them").map(List::of).orElse(Defaults.KEY);
    }

    private static Optional<ImageShape> image(Section data) {
        return data.value("image").isEmpty()
                ? Optional.empty()
                : data.section("image").read(DataReader::imageShape);
    }

    private static Optional<ImageShape> imageShape(Section image) {
        image.names(COLUMN_KEY);
        int height = image.requiredWholeNumber("height", 1, 1);
        int width = image.requiredWholeNumber("width", 1, 1);
        int channels = image.wholeNumber("channels", Defaults.CHANNELS, 1);
        if (!ImageShape.fits(height, width, channels)) {
            image.report("height", "an image has at most " + Integer.MAX_VALUE + " pixels in all its channels.");
            return Optional.empty();
        }
        return Optional.of(new ImageShape(height, width, channels));
    }

    private static Optional<String> imageColumn(Section data) {
        return data.value("image").isEmpty()
                ? Optional.empty()
                : data.section("image").text(COLUMN_KEY, COLUMN);
    }

    private static Optional<AudioSignal> audio(Section data) {
        return data.value("audio").isEmpty()
                ? Optional.empty()
                : Optional.of(
                        data.section("audio").read(audio -> new AudioSignal(audio.requiredWholeNumber("rate", 1, 1))));
    }

    private static Split split(Section data) {
        return data.value("split").isPresent() ? data.section("split").read(part -> split(data, part)) : Defaults.SPLIT;
    }

    private static Split split(Section data, Section parts) {
        parts.require("train", Range.POSITIVE_FRACTION.expected());
        double train = parts.number("train", Defaults.SPLIT.train(), Range.POSITIVE_FRACTION);
        double dev = parts.number("dev", Defaults.SPLIT_PART, Range.FRACTION);
        double test = parts.number("test", Defaults.SPLIT_PART, Range.FRACTION);
        double trainDev = parts.number("train_dev", Defaults.SPLIT_PART, Range.FRACTION);
        if (data.mistakes().touch(data.path("split"))) {
            return Defaults.SPLIT;
        }
        if (!Split.sumsToOne(train, dev, test)) {
            // as a float: without the rounding errors of the sum
            data.report(
                    "split",
                    "train " + train + ", dev " + dev + " and test " + test + " sum to " + (float) (train + dev + test)
                            + ", expected 1.");
            return Defaults.SPLIT;
        }
        return new Split(train, dev, test, trainDev);
    }
}
