package io.lockstep.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.data.DataProfile;
import io.lockstep.data.DataRole;
import io.lockstep.data.Faults;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ExitCode;
import io.lockstep.error.LockstepException;
import io.lockstep.eval.FeatureLeaks;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.report.CheckReport;
import io.lockstep.train.GradientCheckup;
import io.lockstep.train.ProbeSample;
import io.lockstep.train.Resources;
import io.lockstep.train.Trainer;
import io.lockstep.train.TrainingListener;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check CONF}: what a training would meet, before it starts. */
@Command(
        name = "check",
        description = "Check the data, the memory, the step and the gradient of a config before training.",
        mixinStandardHelpOptions = true)
final class CheckCommand extends SparkCommand {
    private static final int LEAK_EXAMPLES = 5000;

    @Mixin
    private ConfigOptions options;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all that was found to this file, too.")
    private String jsonFile;

    @Override
    public Integer call() {
        Configuration hadoop = SparkHadoopUtil.get().conf();
        LockstepConfig config = options.read(hadoop);
        Optional<OutputFile> file =
                Optional.ofNullable(jsonFile).map(name -> OutputFile.writable("--json", name, hadoop));
        CheckReport report = new CheckReport(PlainOutput.standard());
        ExitCode outcome;
        try (Session session = Session.open("check " + config.name(), common())) {
            // a wrong gradient is no fault of config or data
            outcome = check(session.spark(), config, report).isWrong() ? ExitCode.INTERNAL_FAULT : ExitCode.DONE;
        } catch (RuntimeException e) {
            Optional<LockstepException> fault = Faults.of(e);
            fault.ifPresent(told -> report.refused(told.getMessage()));
            throw e;
        } finally {
            file.ifPresent(target -> target.write(bytes(report)));
        }
        report.conclude();
        return outcome.number();
    }

    private static GradientCheckup.Outcome check(SparkSession spark, LockstepConfig config, CheckReport report) {
        report.data(DataProfile.of(spark, config), config);
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        try (TrainingData data = TrainingData.prepare(spark, config, Resources.preflight(context, config))) {
            report.features(data.features(), data.warnings());
            Trainer trainer = new Trainer(context, config, data, new TrainingListener() {});
            NetworkSpec network = trainer.network();
            ProbeSample sample =
                    ProbeSample.of(trainer.shards(DataRole.TRAIN), network, ProbeSample.most(network, LEAK_EXAMPLES));
            report.leaks(
                    FeatureLeaks.find(
                            data.features(),
                            sample.x(),
                            config.data().labels(),
                            sample.y(),
                            sample.examples(),
                            config.task() == Task.MULTILABEL
                                    ? 2
                                    : data.classes().size()),
                    sample.examples());
            TrainingListener.Plan plan = trainer.plan();
            report.step(plan, data.set(DataRole.TRAIN).exampleSize());
            report.resources(Resources.of(context, config, data, plan));
            GradientCheckup.Outcome gradient = new GradientCheckup(
                            config, network, sample, data.set(DataRole.TRAIN).examples())
                    .run();
            report.gradient(gradient);
            return gradient;
        }
    }

    private static byte[] bytes(CheckReport report) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(report.json());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was found cannot be written as JSON", e);
        }
    }
}
