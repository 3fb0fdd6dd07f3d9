package io.lockstep.job;

import io.lockstep.config.Credentials;
import io.lockstep.config.DataFormat;
import io.lockstep.data.Faults;
import io.lockstep.data.Tables;
import io.lockstep.data.UnreadableImages;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.ExitCode;
import io.lockstep.error.Reason;
import io.lockstep.eval.BulkPredictor;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelIo;
import io.lockstep.report.ConsoleReport;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code predict MODEL --data PATH --out PATH}: scores rows in bulk. */
@Command(
        name = "predict",
        description = "Score rows in bulk: their columns, and the model's prediction behind.",
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final Map<String, DataFormat> WRITTEN = Map.of(
            "csv", DataFormat.CSV, "json", DataFormat.JSON, "parquet", DataFormat.PARQUET, "orc", DataFormat.ORC);

    @Parameters(paramLabel = "MODEL", description = "The model directory.")
    private String modelPath;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            required = true,
            description = "The folder to write, which must not exist; its extension tells the format.")
    private String out;

    @Option(
            names = "--out-format",
            paramLabel = "FORMAT",
            description = "csv, json, parquet or orc. Default: told by the extension of --out, else parquet.")
    private String outFormat;

    @Mixin
    private CommonOptions common;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        Configuration hadoop = SparkHadoopUtil.get().conf();
        Credentials.requireNone("MODEL", modelPath);
        Credentials.requireNone("--data", data.path());
        Credentials.requireNone("--out", out);
        DataFormat written = writtenFormat();
        OutputFolder folder = OutputFolder.free(out, hadoop);
        LoadedModel model = ModelIo.read(modelPath, hadoop);
        model.passedOver().ifPresent(ConsoleReport::warn);
        try (Session session = Session.open("predict " + model.description().name(), common)) {
            Tables.Source source = data.open(session.spark(), model.description());
            BulkPredictor.Layout layout =
                    written == DataFormat.CSV ? BulkPredictor.Layout.FLAT : BulkPredictor.Layout.NESTED;
            UnreadableImages.requireNoneEmpty(source, model.description().features(), "--data");
            Dataset<Row> scored = BulkPredictor.predict(source.table(), model, layout);
            try {
                write(source.withoutContents(scored), written, folder);
            } catch (Exception e) {
                // Spark's exceptions are checked but undeclared in Java
                Optional<DataException> images =
                        UnreadableImages.among(source, model.description().features(), "--data");
                if (images.isPresent()) {
                    throw images.get();
                }
                throw e;
            }
            PlainOutput.standard().println("Predictions " + out + " (" + written.configName() + ")");
        }
        return ExitCode.DONE.number();
    }

    /** A fault of the file system is none of ours. */
    private static void refuseOutput(Throwable thrown, OutputFolder folder) {
        Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .filter(IOException.class::isInstance)
                .findFirst()
                .ifPresent(cause -> {
                    throw folder.refusal(cause);
                });
    }

    private DataFormat writtenFormat() {
        if (outFormat != null) {
            return Optional.ofNullable(WRITTEN.get(outFormat.toLowerCase(Locale.ROOT)))
                    .orElseThrow(() -> new ConfigException(
                            "--out-format: unknown format \"" + outFormat + "\". Known: csv, json, parquet, orc."));
        }
        String name = out.toLowerCase(Locale.ROOT);
        return WRITTEN.getOrDefault(name.substring(name.lastIndexOf('.') + 1), DataFormat.PARQUET);
    }

    private static void write(Dataset<Row> predictions, DataFormat format, OutputFolder folder) {
        DataFrameWriter<Row> writer =
                predictions.write().mode(SaveMode.ErrorIfExists).format(format.configName());
        if (format == DataFormat.CSV) {
            writer = writer.option("header", "true");
        }
        String draft = folder.open();
        try {
            writer.save(draft);
        } catch (Exception e) {
            folder.discard();
            // AnalysisException is checked but undeclared in Java
            if (e instanceof AnalysisException) {
                throw new ConfigException(
                        "--out: cannot be written as " + format.configName() + ": " + Reason.of(e), e);
            }
            if (Faults.of(e).isEmpty()) {
                refuseOutput(e, folder);
            }
            throw e;
        }
        folder.publish();
    }
}
