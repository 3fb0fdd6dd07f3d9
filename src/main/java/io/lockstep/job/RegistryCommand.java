package io.lockstep.job;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.Credentials;
import io.lockstep.config.Defaults;
import io.lockstep.error.ConfigException;
import io.lockstep.error.ExitCode;
import io.lockstep.registry.Registry;
import io.lockstep.registry.RegistryTable;
import io.lockstep.registry.Version;
import io.lockstep.report.Text;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry list|show|promote|rollback|prune|unlock}: looks at versions, and changes which one is in use. */
@Command(
        name = "registry",
        description = "Look at the versions that retrain made, and change which one is the champion.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RegistryCommand.ListVersions.class,
            RegistryCommand.Show.class,
            RegistryCommand.Promote.class,
            RegistryCommand.Rollback.class,
            RegistryCommand.Prune.class,
            RegistryCommand.Unlock.class
        })
final class RegistryCommand implements Runnable {
    private static final int WIDTH = 80;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "expected list, show, promote, rollback, prune or unlock");
    }

    /** What all of them have. */
    abstract static class Action extends SparkCommand {
        @Parameters(
                paramLabel = "REGISTRY",
                description = "The directory of versions, or the config (.yaml) that names it.")
        private String path;

        @Override
        public final Integer call() {
            Credentials.requireNone("REGISTRY", path);
            Registry registry = registry(SparkHadoopUtil.get().conf());
            if (!registry.exists()) {
                throw new ConfigException("REGISTRY: there is none at " + registry.name()
                        + ". lockstep retrain makes it, at the config's registry.");
            }
            run(registry, PlainOutput.standard());
            return ExitCode.DONE.number();
        }

        private Registry registry(Configuration hadoop) {
            String lower = path.toLowerCase(Locale.ROOT);
            if (!lower.endsWith(".yaml") && !lower.endsWith(".yml")) {
                return Registry.at(path, hadoop);
            }
            String directory = ConfigReader.read(TextFiles.config(path, hadoop), path, List.of())
                    .registry()
                    .orElseThrow(() -> new ConfigException(path + " names no registry. Add registry: DIR."));
            return Registry.at(directory, hadoop);
        }

        abstract void run(Registry registry, PrintStream out);

        static void say(PrintStream out, String sentence) {
            Text.wrap(sentence, "  ", WIDTH).forEach(out::println);
        }

        static Version version(String name) {
            return Version.parse(name)
                    .orElseThrow(() -> new ConfigException(
                            "VERSION: expected a number such as 7 or 000007, found \"" + name + "\"."));
        }
    }

    /** {@code registry list}. */
    @Command(name = "list", description = "The versions, the newest first.", mixinStandardHelpOptions = true)
    static final class ListVersions extends Action {
        @Override
        void run(Registry registry, PrintStream out) {
            RegistryTable.lines(registry).forEach(out::println);
        }
    }

    /** {@code registry show}. */
    @Command(
            name = "show",
            description = "A version: its metrics, and why it was promoted or not.",
            mixinStandardHelpOptions = true)
    static final class Show extends Action {
        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "VERSION",
                description = "Its number. Default: the champion.")
        private String version;

        @Override
        void run(Registry registry, PrintStream out) {
            Version shown = Optional.ofNullable(version)
                    .map(Action::version)
                    .or(registry::champion)
                    .orElseThrow(() -> new ConfigException("registry: " + registry.name() + " has no champion."));
            VersionReport.print(registry, shown, out);
        }
    }

    /** {@code registry promote}. */
    @Command(
            name = "promote",
            description = "Make a version the champion, whatever was decided on it.",
            mixinStandardHelpOptions = true)
    static final class Promote extends Action {
        @Parameters(index = "1", paramLabel = "VERSION", description = "Its number.")
        private String version;

        @Override
        void run(Registry registry, PrintStream out) {
            Version promoted = version(version);
            registry.promote(promoted);
            say(out, "Champion of " + registry.name() + ": " + promoted + ".");
        }
    }

    /** {@code registry rollback}. */
    @Command(
            name = "rollback",
            description = "Go back to the champion before the present one.",
            mixinStandardHelpOptions = true)
    static final class Rollback extends Action {
        @Override
        void run(Registry registry, PrintStream out) {
            Optional<Version> before = registry.champion();
            Version champion = registry.rollback();
            say(
                    out,
                    "Champion of " + registry.name() + ": " + champion
                            + before.map(version -> ", back from " + version).orElse("") + ".");
        }
    }

    /** {@code registry prune}. */
    @Command(
            name = "prune",
            description = "Delete old versions; the champion and the one before it always stay.",
            mixinStandardHelpOptions = true)
    static final class Prune extends Action {
        @Option(names = "--keep", paramLabel = "N", description = "How many of the newest stay. Default: 10.")
        private int keep = Defaults.RETRAIN.keep();

        @Override
        void run(Registry registry, PrintStream out) {
            if (keep < 1) {
                throw new ConfigException("--keep: expected a whole number >= 1, found " + keep + ".");
            }
            List<Version> pruned = registry.prune(keep);
            say(
                    out,
                    pruned.isEmpty()
                            ? "Nothing to prune: " + registry.versions().size() + " versions."
                            : "Pruned "
                                    + String.join(
                                            ", ",
                                            pruned.stream()
                                                    .map(Version::toString)
                                                    .toList())
                                    + ".");
        }
    }

    /** {@code registry unlock}. */
    @Command(
            name = "unlock",
            description = "Take away the claims of retrainings; only where none is at work.",
            mixinStandardHelpOptions = true)
    static final class Unlock extends Action {
        @Override
        void run(Registry registry, PrintStream out) {
            int claims = registry.unlock();
            say(
                    out,
                    claims == 0
                            ? "There was no claim."
                            : "Took away " + claims + (claims == 1 ? " claim." : " claims."));
        }
    }
}
