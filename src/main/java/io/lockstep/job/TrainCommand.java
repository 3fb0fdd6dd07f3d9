package io.lockstep.job;

import io.lockstep.config.Credentials;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.ExitCode;
import io.lockstep.report.ConsoleReport;
import io.lockstep.report.tensorboard.TensorBoard;
import io.lockstep.train.TrainingListener;
import java.io.PrintStream;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train CONF}: normalize, train, evaluate, write the model directory. */
@Command(name = "train", description = "Train the network of a config file.", mixinStandardHelpOptions = true)
final class TrainCommand extends SparkCommand {
    @Mixin
    private ConfigOptions options;

    @Option(names = "--resume", description = "Go on from the newest checkpoint.")
    private boolean resume;

    @Option(
            names = "--tensorboard",
            paramLabel = "DIR",
            description =
                    "Write what TensorBoard shows of the training, while it runs, to a folder of its own below this"
                            + " one, on any Hadoop file system.")
    private String tensorBoard;

    @Option(
            names = "--learning-curve",
            description = "Train on 1/8, 1/4 and 1/2 of the training rows, too: would more data help?")
    private boolean learningCurve;

    @Override
    public Integer call() {
        Configuration hadoop = SparkHadoopUtil.get().conf();
        LockstepConfig config = options.read(hadoop);
        PrintStream out = PlainOutput.standard();
        // the config is judged before Spark starts: a mistake in it should not take seconds to be told
        try (Session session = Session.open(config.name(), common());
                ConsoleReport report = new ConsoleReport(config, out, terminal())) {
            Training.Start start = resume ? Training.Start.CHECKPOINT : Training.Start.ANEW;
            if (tensorBoard == null) {
                train(session, config, report, start);
            } else {
                Credentials.requireNone("--tensorboard", tensorBoard);
                try (TensorBoard live = new TensorBoard(tensorBoard, config.name(), hadoop, report::trouble)) {
                    train(session, config, TrainingListener.all(report, live), start);
                }
            }
        }
        return ExitCode.DONE.number();
    }

    private void train(Session session, LockstepConfig config, TrainingListener listener, Training.Start start) {
        Occasion occasion = Occasion.output(config, SparkHadoopUtil.get().conf(), learningCurve);
        new Training(session.spark(), config, listener, PlainOutput.standard(), occasion).run(start);
    }

    /** Where a progress bar can be drawn, if it can. */
    @SuppressWarnings("SystemConsoleNull") // on the Java that this is built for, null tells that there is no terminal
    static Optional<PrintStream> terminal() {
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        return System.console() != null && !dumb ? Optional.of(System.out) : Optional.empty();
    }
}
