package io.lockstep.job;

import io.lockstep.config.DataFormat;
import io.lockstep.data.Tables;
import io.lockstep.error.ConfigException;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.ModelDescription;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** Which data a finished model is to work on. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description = "The rows: a file, folder or glob on any Hadoop file system.")
    private String data;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "Their format: csv, parquet, orc, json, libsvm, idx or image. Default: told by the extension.")
    private String format;

    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description = "An option of Spark's reader, e.g. --option sep=;. Default: those of the training.")
    private Map<String, String> options = new LinkedHashMap<>();

    /** Opens the rows for {@code model}. */
    Tables.Source open(SparkSession spark, ModelDescription model) {
        return open(tables(spark, model), model);
    }

    /** Opens the rows for {@code model}; malformed lines are rows, too. */
    Tables.Source openWithMalformed(SparkSession spark, ModelDescription model) {
        return open(tables(spark, model).keepingMalformed(), model);
    }

    /** Opens other rows for {@code model}, in the same format. */
    Tables.Source open(SparkSession spark, ModelDescription model, String path, String option) {
        return tables(spark, model).open(path, option, vectorSize(model.features()));
    }

    private Tables.Source open(Tables tables, ModelDescription model) {
        return tables.open(data, "--data", vectorSize(model.features()));
    }

    private Tables tables(SparkSession spark, ModelDescription model) {
        Map<String, String> all = new LinkedHashMap<>(trainingOptions(model));
        all.putAll(options);
        return Tables.of(
                spark,
                Optional.ofNullable(format).map(DataOptions::format),
                all,
                model.labels().get(0));
    }

    String path() {
        return data;
    }

    /** The format of that name. */
    static DataFormat format(String name) {
        return Arrays.stream(DataFormat.values())
                .filter(known -> known.configName().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new ConfigException("--format: unknown format \"" + name + "\". Known: "
                        + Arrays.stream(DataFormat.values())
                                .map(DataFormat::configName)
                                .collect(Collectors.joining(", "))
                        + "."));
    }

    /** A libsvm file does not tell its width if the last features are zero in all its rows. */
    private static OptionalInt vectorSize(FeatureSchema features) {
        return features.columns().stream()
                .filter(FeatureColumn.VectorColumn.class::isInstance)
                .mapToInt(FeatureColumn::width)
                .findFirst();
    }

    /** What the training gave to Spark's reader, from the model's lineage. */
    private static Map<String, String> trainingOptions(ModelDescription model) {
        Map<String, String> found = new LinkedHashMap<>();
        if (model.lineage().get("config") instanceof Map<?, ?> config
                && config.get("data") instanceof Map<?, ?> section
                && section.get("options") instanceof Map<?, ?> given) {
            given.forEach((key, value) -> found.put(String.valueOf(key), String.valueOf(value)));
            // it names the labels of the training's images
            found.remove(Tables.LABELS_OPTION);
        }
        return found;
    }
}
