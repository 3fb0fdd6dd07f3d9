package io.lockstep.job;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.RetrainConfig;
import io.lockstep.data.DataFile;
import io.lockstep.data.Tables;
import io.lockstep.error.ConfigException;
import io.lockstep.error.ExitCode;
import io.lockstep.job.Retraining.Champion;
import io.lockstep.job.Retraining.Match;
import io.lockstep.registry.Decision;
import io.lockstep.registry.Registry;
import io.lockstep.registry.Version;
import io.lockstep.report.ConsoleReport;
import io.lockstep.report.Text;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code retrain CONF}: trains a challenger for the registry's champion, compares both, and promotes the better one. */
@Command(
        name = "retrain",
        description =
                "Train a challenger on the data there are now, compare it with the registry's champion on the same"
                        + " test rows, and promote it or keep the champion (exit code 10).",
        mixinStandardHelpOptions = true)
final class RetrainCommand extends SparkCommand {
    private static final int WIDTH = 80;

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--uncompared",
            description = "Train from scratch and promote without a comparison, as in the first run: for a new split,"
                    + " key, label or task.")
    private boolean uncompared;

    @Override
    public Integer call() {
        Configuration hadoop = SparkHadoopUtil.get().conf();
        LockstepConfig config = options.read(hadoop);
        Registry registry = Registry.at(directory(config), hadoop);
        return run(config, registry, uncompared ? Match.UNCOMPARED : Match.COMPARED, common(), PlainOutput.standard())
                .number();
    }

    /** Retrains; whether there is a new champion. */
    static ExitCode run(LockstepConfig config, Registry registry, Match match, CommonOptions common, PrintStream out) {
        Consumer<String> say = sentence -> Text.wrap(sentence, "  ", WIDTH).forEach(out::println);
        // before Spark starts: that another one is at work should not take seconds to be told
        try (Registry.Retraining claim = registry.beginRetraining(say)) {
            registry.recover();
            Optional<Version> finished = finishInterrupted(registry, say);
            Optional<Champion> champion = Champion.of(registry);
            champion.flatMap(one -> one.model().passedOver()).ifPresent(ConsoleReport::warn);
            try (Session session = Session.open(config.name(), common);
                    ConsoleReport report = new ConsoleReport(config, out, TrainCommand.terminal());
                    Retraining retraining = new Retraining(config, registry, claim, champion, match, say)) {
                Optional<ExitCode> nothingNew =
                        nothingNew(session.spark(), config, retraining, finished, champion, say);
                if (nothingNew.isPresent()) {
                    return nothingNew.get();
                }
                Training training = new Training(session.spark(), config, report, out, retraining);
                Decision decision = retraining.run(session.spark(), training);
                return conclude(registry, claim, decision, config, say);
            }
        }
    }

    private static String directory(LockstepConfig config) {
        if (config.data().test().isEmpty() && config.data().split().test() == 0) {
            throw new ConfigException(
                    "retrain: champion and challenger are compared on test rows, and data.split has no"
                            + " test share. Give it one, or name data.test.");
        }
        return config.registry()
                .orElseThrow(() -> new ConfigException("retrain: the config names no registry. Add registry: DIR, the"
                        + " directory of versions, e.g. registry: " + config.output() + "-registry."));
    }

    /** Carries out what a run decided that was interrupted before it could. */
    private static Optional<Version> finishInterrupted(Registry registry, Consumer<String> say) {
        Optional<Version> pending = registry.pending();
        pending.ifPresent(version -> {
            Decision decision = registry.decision(version).orElseThrow();
            registry.promote(version, decision.champion());
            say.accept("Version " + version + " is the champion now: a run that was interrupted had decided so. "
                    + decision.sentence());
        });
        return pending;
    }

    /** Where no file is new, there is nothing to train on, or nothing to do after an interrupted run. */
    private static Optional<ExitCode> nothingNew(
            SparkSession spark,
            LockstepConfig config,
            Retraining retraining,
            Optional<Version> finished,
            Optional<Champion> champion,
            Consumer<String> say) {
        boolean onlyNew = config.retrain().data() == RetrainConfig.Data.NEW;
        if (champion.isEmpty() || !(onlyNew || finished.isPresent())) {
            return Optional.empty();
        }
        List<DataFile> all = Tables.of(spark, config.data()).list(config.data().train(), "data.train");
        if (!retraining.newFiles(all).isEmpty()) {
            return Optional.empty();
        }
        say.accept(
                "No file of data.train is new since version " + champion.get().version() + ".");
        return Optional.of(finished.isPresent() ? ExitCode.DONE : ExitCode.KEPT);
    }

    private static ExitCode conclude(
            Registry registry,
            Registry.Retraining claim,
            Decision decision,
            LockstepConfig config,
            Consumer<String> say) {
        say.accept(decision.sentence());
        ExitCode code = ExitCode.KEPT;
        if (decision.verdict().promotes()) {
            claim.requireHeld();
            if (registry.promote(decision.version(), decision.champion())) {
                code = ExitCode.DONE;
            } else {
                say.accept("But the champion was changed while this ran, so version " + decision.version()
                        + " is not promoted. Compare again (retrain), or promote it by hand: lockstep registry promote "
                        + registry.name() + " " + decision.version() + ".");
            }
        }
        List<Version> pruned = registry.prune(config.retrain().keep());
        if (!pruned.isEmpty()) {
            say.accept("Pruned "
                    + String.join(", ", pruned.stream().map(Version::toString).toList()) + " (retrain.keep: "
                    + config.retrain().keep() + ").");
        }
        say.accept("Champion of " + registry.name() + ": "
                + registry.champion().map(Version::toString).orElse("none") + ".");
        return code;
    }
}
