package io.lockstep.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lockstep.config.Credentials;
import io.lockstep.data.Jobs;
import io.lockstep.data.LabelledData;
import io.lockstep.data.ShardTask;
import io.lockstep.data.SliceColumn;
import io.lockstep.data.Tables;
import io.lockstep.error.ExitCode;
import io.lockstep.eval.Evaluation;
import io.lockstep.eval.Evaluator;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.ModelIo;
import io.lockstep.report.ConsoleReport;
import io.lockstep.report.MetricsTable;
import io.lockstep.report.document.HtmlReport;
import io.lockstep.report.document.ModelResults;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evaluate MODEL --data PATH}: metrics of a model on labelled data. */
@Command(name = "evaluate", description = "Evaluate a model on labelled data.", mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    @Parameters(paramLabel = "MODEL", description = "The model directory.")
    private String modelPath;

    @Mixin
    private DataOptions data;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the metrics there as JSON.")
    private String out;

    @Option(
            names = "--by",
            paramLabel = "COLUMN",
            description = "Also for each value of a column: text, numbers (of many the deciles), truth values, days.")
    private String by;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a report there, an HTML page in one file.")
    private String report;

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
        Optional.ofNullable(out).ifPresent(name -> Credentials.requireNone("--out", name));
        Optional.ofNullable(report).ifPresent(name -> Credentials.requireNone("--report", name));
        // the model is read before Spark starts: a wrong path should not take seconds to be told
        LoadedModel model = ModelIo.read(modelPath, hadoop);
        model.passedOver().ifPresent(ConsoleReport::warn);
        Optional<OutputFile> file = Optional.ofNullable(out).map(name -> OutputFile.writable("--out", name, hadoop));
        Optional<OutputFile> page =
                Optional.ofNullable(report).map(name -> OutputFile.writable("--report", name, hadoop));
        try (Session session = Session.open("evaluate " + model.description().name(), common)) {
            Evaluation metrics = metrics(session.spark(), model);
            MetricsTable.print(PlainOutput.standard(), Map.of("data", metrics));
            metrics.slices().ifPresent(slices -> MetricsTable.print(PlainOutput.standard(), slices));
            file.ifPresent(target -> target.write(json(model, metrics)));
            page.ifPresent(target -> target.write(HtmlReport.of(results(model, metrics))));
        }
        return ExitCode.DONE.number();
    }

    private Evaluation metrics(SparkSession spark, LoadedModel model) {
        ModelDescription description = model.description();
        Tables.Source source = data.open(spark, description);
        Optional<SliceColumn> slices = Optional.ofNullable(by)
                .map(column ->
                        Jobs.named(spark.sparkContext(), "values of " + column, () -> SliceColumn.of(source, column)));
        Evaluator evaluator =
                new Evaluator(description.network(), description.target(), description.classes(), description.labels());
        try (LabelledData labelled = new LabelledData(source, description, slices)) {
            JavaRDD<ShardTask> shards = labelled.set()
                    .normalized(spark.sparkContext().defaultParallelism(), LabelledData.preparation(description));
            long examples = labelled.set().examples();
            return Jobs.named(spark.sparkContext(), "metrics", () -> slices.map(
                            column -> evaluator.evaluate(shards, examples, model.theta(), column))
                    .orElseGet(() -> evaluator.evaluate(shards, examples, model.theta())));
        }
    }

    private ModelResults results(LoadedModel model, Evaluation metrics) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("data", metrics.json());
        json.put("evaluated", data.path());
        json.put("weights_sha256", model.weightsSha256());
        return new ModelResults(model.description(), JSON.valueToTree(json));
    }

    private byte[] json(LoadedModel model, Evaluation metrics) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", model.description().name());
        json.put("weights_sha256", model.weightsSha256());
        json.put("data", data.path());
        json.put("metrics", metrics.json());
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("metrics that are no JSON", e);
        }
    }
}
