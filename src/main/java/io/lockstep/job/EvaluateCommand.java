package io.lockstep.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lockstep.config.Credentials;
import io.lockstep.data.Jobs;
import io.lockstep.data.LabelledData;
import io.lockstep.data.ShardTask;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.SliceColumn;
import io.lockstep.data.Tables;
import io.lockstep.error.DataException;
import io.lockstep.error.ExitCode;
import io.lockstep.eval.Drift;
import io.lockstep.eval.DriftComparison;
import io.lockstep.eval.Evaluation;
import io.lockstep.eval.Evaluator;
import io.lockstep.eval.FeatureProfile;
import io.lockstep.eval.SetClassifier;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.ModelDirectory;
import io.lockstep.model.ModelIo;
import io.lockstep.report.ConsoleReport;
import io.lockstep.report.DiagnosisText;
import io.lockstep.report.MetricsTable;
import io.lockstep.report.document.HtmlReport;
import io.lockstep.report.document.ModelResults;
import java.io.PrintStream;
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

    @Option(
            names = "--against",
            paramLabel = "PATH",
            description = "Rows that the model learnt from: a classifier tries to tell --data from them.")
    private String against;

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
        Optional.ofNullable(against).ifPresent(name -> Credentials.requireNone("--against", name));
        Optional.ofNullable(report).ifPresent(name -> Credentials.requireNone("--report", name));
        // the model is read before Spark starts: a wrong path should not take seconds to be told
        LoadedModel model = ModelIo.read(modelPath, hadoop);
        model.passedOver().ifPresent(ConsoleReport::warn);
        Optional<FeatureProfile> profile = FeatureProfile.of(
                ModelDirectory.at(modelPath, hadoop), model.description().features());
        Optional<OutputFile> file = Optional.ofNullable(out).map(name -> OutputFile.writable("--out", name, hadoop));
        Optional<OutputFile> page =
                Optional.ofNullable(report).map(name -> OutputFile.writable("--report", name, hadoop));
        try (Session session = Session.open("evaluate " + model.description().name(), common)) {
            Judgement judgement = judge(session.spark(), model, profile);
            PrintStream console = PlainOutput.standard();
            MetricsTable.print(console, Map.of("data", judgement.metrics()));
            judgement.metrics().slices().ifPresent(slices -> MetricsTable.print(console, slices));
            judgement.drift().ifPresent(drift -> DiagnosisText.print(console, drift));
            file.ifPresent(target -> target.write(json(model, judgement)));
            page.ifPresent(target -> target.write(HtmlReport.of(results(model, judgement))));
        }
        return ExitCode.DONE.number();
    }

    /** What there is to say of the data. */
    private record Judgement(Evaluation metrics, Optional<Drift> drift) {}

    private Judgement judge(SparkSession spark, LoadedModel model, Optional<FeatureProfile> profile) {
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
            Evaluation metrics = Jobs.named(spark.sparkContext(), "metrics", () -> slices.map(
                            column -> evaluator.evaluate(shards, examples, model.theta(), column))
                    .orElseGet(() -> evaluator.evaluate(shards, examples, model.theta())));
            return new Judgement(metrics, profile.map(train -> drift(spark, description, train, labelled.set())));
        }
    }

    private Drift drift(SparkSession spark, ModelDescription model, FeatureProfile train, ShardedSet set) {
        int tasks = spark.sparkContext().defaultParallelism();
        Drift drift = new DriftComparison(model.features(), train).with(train.over(set, tasks));
        if (against == null) {
            return drift;
        }
        try (LabelledData learnt = new LabelledData(data.open(spark, model, against, "--against"), model)) {
            if (!SetClassifier.canTell(learnt.set(), set)) {
                throw new DataException(
                        "--against: there are too few rows, or too many features, to tell two sets apart;"
                                + " leave it out.");
            }
            return drift.with(new SetClassifier(spark, model.features()).tellApart(learnt.set(), set, tasks));
        }
    }

    private ModelResults results(LoadedModel model, Judgement judgement) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("data", judgement.metrics().json());
        judgement.drift().ifPresent(drift -> json.put("drift", Map.of("data", drift.json())));
        json.put("evaluated", data.path());
        json.put("weights_sha256", model.weightsSha256());
        return new ModelResults(model.description(), JSON.valueToTree(json));
    }

    private byte[] json(LoadedModel model, Judgement judgement) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", model.description().name());
        json.put("weights_sha256", model.weightsSha256());
        json.put("data", data.path());
        json.put("metrics", judgement.metrics().json());
        judgement.drift().ifPresent(drift -> json.put("drift", drift.json()));
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("metrics that are no JSON", e);
        }
    }
}
