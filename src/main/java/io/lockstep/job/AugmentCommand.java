package io.lockstep.job;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.error.ExitCode;
import io.lockstep.report.AugmentationPicture;
import io.lockstep.train.AugmentedExamples;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code augment CONF --out FILE}: a picture of 8 × 8 augmented training examples beside their originals. */
@Command(
        name = "augment",
        description = "Draw training examples as augmentation shows them to the network.",
        mixinStandardHelpOptions = true)
final class AugmentCommand extends SparkCommand {
    private static final int EXAMPLES = 8;
    private static final int EPOCHS = 8;

    @Mixin
    private ConfigOptions options;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The picture to write (PNG).")
    private String out;

    @Override
    public Integer call() {
        Configuration hadoop = SparkHadoopUtil.get().conf();
        if (!out.toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new ConfigException("--out: expected a file that ends in .png, found \"" + out + "\".");
        }
        LockstepConfig config = options.read(hadoop);
        if (config.training().augment().isEmpty()) {
            throw new ConfigException("training.augment: " + options.path() + " augments nothing. Add for instance"
                    + " augment: { shift: 2, rotate: 15 }, or try it: --set \"training.augment={ shift: 2 }\".");
        }
        OutputFile file = OutputFile.writable("--out", out, hadoop);
        try (Session session = Session.open("augment " + config.name(), common());
                TrainingData data = TrainingData.prepare(session.spark(), config)) {
            JavaSparkContext spark =
                    JavaSparkContext.fromSparkContext(session.spark().sparkContext());
            AugmentedExamples examples = AugmentedExamples.of(spark, config, data, EXAMPLES, EPOCHS);
            file.write(AugmentationPicture.png(examples));
            PlainOutput.standard()
                    .printf(
                            Locale.ROOT,
                            "%s: %d training examples, each at the left as it was read, then as epochs 1 to %d show it.%n",
                            out,
                            examples.examples(),
                            EPOCHS);
        }
        return ExitCode.DONE.number();
    }
}
