package io.lockstep.job;

import io.lockstep.config.Credentials;
import io.lockstep.config.DataFormat;
import io.lockstep.data.Faults;
import io.lockstep.data.Jobs;
import io.lockstep.data.RejectedRows;
import io.lockstep.data.Tables;
import io.lockstep.data.UnreadableImages;
import io.lockstep.data.UnscorableRows;
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
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
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
            names = "--rejects",
            paramLabel = "PATH",
            description =
                    "The folder for rows that cannot be scored, each with the reason, in the format of --out; made"
                            + " if there are any. Default: that of --out, with .rejected before its extension.")
    private String rejects;

    @Option(
            names = "--max-rejected",
            paramLabel = "SHARE",
            description = "More rows than this share that cannot be scored end the command, and nothing is written."
                    + " Default: all of them.")
    private double mostRejected = 1;

    @Option(names = "--strict", description = "The first row that cannot be scored ends the command.")
    private boolean strict;

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
        requireOptions();
        DataFormat written = writtenFormat();
        OutputFolder folder = OutputFolder.free("--out", out, hadoop);
        OutputFolder side = OutputFolder.free("--rejects", rejects(), hadoop);
        LoadedModel model = ModelIo.read(modelPath, hadoop);
        model.passedOver().ifPresent(ConsoleReport::warn);
        try (Session session = Session.open("predict " + model.description().name(), common)) {
            if (strict) {
                predictAll(session.spark(), model, written, folder);
            } else {
                predict(session.spark(), model, written, folder, side);
            }
        }
        return ExitCode.DONE.number();
    }

    private void requireOptions() {
        if (!(mostRejected >= 0 && mostRejected <= 1)) {
            throw new ConfigException("--max-rejected: expected a share from 0 to 1, found " + mostRejected + ".");
        }
        if (strict && rejects != null) {
            throw new ConfigException(
                    "--strict and --rejects: with --strict no row is rejected. Leave one of them out.");
        }
        if (rejects != null && new Path(rejects).equals(new Path(out))) {
            throw new ConfigException("--rejects: is the folder of --out, " + out + ". Name another.");
        }
        if (rejects != null) {
            Credentials.requireNone("--rejects", rejects);
        }
    }

    /** {@code scored.csv} has {@code scored.rejected.csv} beside it. */
    private String rejects() {
        if (rejects != null) {
            return rejects;
        }
        String folder = out.replaceFirst("/+$", "");
        int dot = folder.lastIndexOf('.');
        return dot > folder.lastIndexOf('/') + 1
                        && WRITTEN.containsKey(folder.substring(dot + 1).toLowerCase(Locale.ROOT))
                ? folder.substring(0, dot) + ".rejected" + folder.substring(dot)
                : folder + ".rejected";
    }

    private static BulkPredictor.Layout layout(DataFormat written) {
        return written == DataFormat.CSV ? BulkPredictor.Layout.FLAT : BulkPredictor.Layout.NESTED;
    }

    private void predictAll(SparkSession spark, LoadedModel model, DataFormat written, OutputFolder folder) {
        Tables.Source source = data.open(spark, model.description());
        UnreadableImages.requireNoneEmpty(source, model.description().features(), "--data");
        Dataset<Row> scored = BulkPredictor.predict(
                source,
                model,
                layout(written),
                UnscorableRows.refused(source.table().schema()));
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
        folder.publish();
        told(written);
    }

    private void told(DataFormat written) {
        PlainOutput.standard().println("Predictions " + out + " (" + written.configName() + ")");
    }

    private void predict(
            SparkSession spark, LoadedModel model, DataFormat written, OutputFolder folder, OutputFolder side) {
        Tables.Source source = data.openWithMalformed(spark, model.description());
        RejectedRows rejected = RejectedRows.of(source, side.open(), "--rejects", written);
        RejectedRows.Outcome outcome;
        try {
            Dataset<Row> scored = BulkPredictor.predict(source, model, layout(written), rejected.rows());
            write(source.withoutContents(scored), written, folder);
            try {
                rejected.addEmptyImages(source);
                outcome = rejected.outcome();
                requireFewRejected(outcome);
            } catch (Exception e) {
                folder.discard();
                throw e;
            }
        } catch (Exception e) {
            // Spark's exceptions are checked but undeclared in Java
            side.discard();
            throw e;
        }
        publish(outcome, folder, side);
        told(written);
        PlainOutput.standard().println(sentence(outcome));
    }

    /** First what was rejected: who sees predictions finds the rows that they lack. */
    private static void publish(RejectedRows.Outcome outcome, OutputFolder folder, OutputFolder side) {
        if (outcome.rejected() == 0) {
            side.discard();
            folder.publish();
            return;
        }
        try {
            side.publish();
        } catch (RuntimeException e) {
            folder.discard();
            throw e;
        }
        try {
            folder.publish();
        } catch (RuntimeException e) {
            side.withdraw();
            throw e;
        }
    }

    private String sentence(RejectedRows.Outcome outcome) {
        String scored =
                String.format(Locale.ROOT, "%,d %s scored", outcome.scored(), outcome.scored() == 1 ? "row" : "rows");
        return outcome.rejected() == 0
                ? scored + "."
                : String.format(
                        Locale.ROOT,
                        "%s; %,d could not be scored: %s. %s",
                        scored,
                        outcome.rejected(),
                        rejects(),
                        reasons(outcome));
    }

    private static String reasons(RejectedRows.Outcome outcome) {
        return "E.g. " + outcome.reasons().get(0);
    }

    private void requireFewRejected(RejectedRows.Outcome outcome) {
        long rows = outcome.scored() + outcome.rejected();
        if (outcome.rejected() > 0 && (outcome.scored() == 0 || outcome.rejected() > mostRejected * rows)) {
            String limit = outcome.scored() == 0
                    ? "Is this the model's kind of data?"
                    : "That is more than --max-rejected " + mostRejected + " allows.";
            throw new DataException(String.format(
                    Locale.ROOT,
                    "--data: %,d of %,d rows cannot be scored, and nothing was written. %s %s",
                    outcome.rejected(),
                    rows,
                    limit,
                    reasons(outcome)));
        }
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

    /** Writes the folder aside. */
    private static void write(Dataset<Row> predictions, DataFormat format, OutputFolder folder) {
        DataFrameWriter<Row> plain =
                predictions.write().mode(SaveMode.ErrorIfExists).format(format.configName());
        DataFrameWriter<Row> writer = format == DataFormat.CSV ? plain.option("header", "true") : plain;
        String draft = folder.open();
        try {
            Jobs.named(predictions.sparkSession().sparkContext(), "score rows", () -> writer.save(draft));
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
    }
}
