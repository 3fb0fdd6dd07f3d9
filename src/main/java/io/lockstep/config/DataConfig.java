package io.lockstep.config;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the examples lie and what their columns mean.
 *
 * @param train path, directory or glob, on any Hadoop file system; may name days, as {@link DatedPath}
 * @param dev as {@code train}; empty: carved out of {@code train} by {@code split}
 * @param test as {@code dev}
 * @param format empty: from the path's extension
 * @param options handed to Spark's reader
 * @param labels the columns to predict: one for a classification, at least two for a multilabel task
 * @param weight the column with the examples' weights; empty: each weighs 1
 * @param hashing how many features a column of very many categories becomes, by its name
 * @param key the columns that identify an example; empty: the whole row
 * @param split how {@code train} is divided, as far as dev and test have no files of their own
 * @param image what the features are a picture of; empty: of nothing
 * @param imageColumn the column of PNG or JPEG files that makes the picture; empty: the features are its pixels
 * @param audio what the features are the sound of; empty: of nothing
 * @param storage of the examples; what is computed with them is the same up to rounding
 * @param target only for regression other than {@link TargetTransform#NONE}
 * @param shuffle how an epoch shuffles the training examples
 */
public record DataConfig(
        String train,
        Optional<String> dev,
        Optional<String> test,
        Optional<DataFormat> format,
        SortedMap<String, String> options,
        List<String> labels,
        Optional<String> weight,
        FeatureSelection features,
        CategoricalSelection categorical,
        SortedMap<String, Integer> hashing,
        Missing missing,
        List<String> key,
        Split split,
        Normalize normalize,
        Optional<ImageShape> image,
        Optional<String> imageColumn,
        Optional<AudioSignal> audio,
        StorageChoice storage,
        TargetTransform target,
        Shuffle shuffle)
        implements Serializable {

    /** @throws IllegalArgumentException if a path or the label is blank */
    public DataConfig {
        Checks.requireText("data.train", train);
        Checks.require(!labels.isEmpty(), "data.label must name a column");
        labels.forEach(label -> Checks.requireText("data.label", label));
        weight.ifPresent(column -> Checks.requireText("data.weight", column));
        dev.ifPresent(path -> Checks.requireText("data.dev", path));
        test.ifPresent(path -> Checks.requireText("data.test", path));
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        hashing = Collections.unmodifiableSortedMap(new TreeMap<>(hashing));
        labels = List.copyOf(labels);
        key = List.copyOf(key);
    }

    /** A table at {@code train} with every default. */
    public static DataConfig of(String train, String label) {
        return new DataConfig(
                train,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Defaults.OPTIONS,
                List.of(label),
                Optional.empty(),
                Defaults.FEATURES,
                Defaults.CATEGORICAL,
                Defaults.HASHING,
                Defaults.MISSING,
                Defaults.KEY,
                Defaults.SPLIT,
                Defaults.NORMALIZE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Defaults.STORAGE,
                Defaults.TARGET,
                Defaults.SHUFFLE);
    }

    DataConfig at(LocalDate date) {
        return new DataConfig(
                DatedPath.at(train, date),
                dev.map(path -> DatedPath.at(path, date)),
                test.map(path -> DatedPath.at(path, date)),
                format,
                options,
                labels,
                weight,
                features,
                categorical,
                hashing,
                missing,
                key,
                split,
                normalize,
                image,
                imageColumn,
                audio,
                storage,
                target,
                shuffle);
    }

    private Object writeReplace() {
        return SerialForm.of(this);
    }
}
