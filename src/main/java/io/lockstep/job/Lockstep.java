package io.lockstep.job;

import io.lockstep.data.Faults;
import io.lockstep.error.ExitCode;
import io.lockstep.error.LockstepException;
import io.lockstep.error.Printable;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
        name = "lockstep",
        description = "Trains neural networks on Spark: synchronous, reproducible to the bit.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        subcommands = {
            TrainCommand.class,
            RetrainCommand.class,
            RegistryCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            CheckCommand.class,
            PlanCommand.class,
            AugmentCommand.class
        })
public final class Lockstep implements Runnable {
    /** Commands of later versions. */
    private static final Set<String> TO_COME = Set.of("tune", "export");

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /** Set when the JVM is told to end: what fails from then on fails for that reason. */
    private static volatile boolean interrupted;

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupted = true, "lockstep-interrupted"));
        Submission.enterDirectory();
        int code = run(arguments);
        if (code != ExitCode.DONE.number()) {
            System.exit(code);
        }
    }

    /** Runs a command; its exit code. */
    static int run(String... arguments) {
        return new CommandLine(new Lockstep())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Lockstep::execute)
                .setExecutionExceptionHandler(Lockstep::report)
                .setParameterExceptionHandler(Lockstep::reportUsage)
                .execute(arguments);
    }

    /** Memory that ran out is no exception, and comes to {@link #report} all the same. */
    private static int execute(CommandLine.ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (OutOfMemoryError e) {
            List<CommandLine> commands = parsed.asCommandLineList();
            return report(new IllegalStateException(e), commands.get(commands.size() - 1), parsed);
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getErr());
        throw new CommandLine.ParameterException(spec.commandLine(), "expected a command");
    }

    private static boolean verbose(CommandLine command) {
        return command.getCommand() instanceof CommonOptions.Holder holder
                && holder.common().verbose();
    }

    private static String master(CommandLine command) {
        return command.getCommand() instanceof CommonOptions.Holder holder
                ? holder.common().master()
                : "local";
    }

    /** One message for what the user can mend; a stack trace only for a fault of our own, or when asked for. */
    private static int report(Exception thrown, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        String resume = command.getCommand() instanceof TrainCommand
                ? " With --resume the training goes on from its last checkpoint."
                : command.getCommand() instanceof RetrainCommand
                        ? " The champion is the one that it was; the next retrain goes on from the last checkpoint."
                        : "";
        if (interrupted) {
            err.println("lockstep: interrupted; what was published before is as it was." + resume);
            err.flush();
            if (!verbose(command)) {
                // Scala's thread pools print a stack trace for whatever a Spark that is being stopped no longer takes
                System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
            }
            return ExitCode.INTERNAL_FAULT.number();
        }
        boolean verbose = verbose(command);
        Optional<LockstepException> fault = Faults.of(thrown);
        Optional<String> memory = MemoryFault.in(thrown, master(command));
        if (memory.isPresent()) {
            err.println("lockstep: " + memory.get() + resume);
        } else if (fault.isPresent()) {
            err.println("lockstep: " + message(fault.get()));
        } else {
            err.println("lockstep: internal fault: " + Printable.line(firstLine(rootCause(thrown)))
                    + ". The log has more" + log() + "; --verbose shows the stack trace.");
        }
        if (verbose) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            err.print(trace);
        }
        err.flush();
        return fault.filter(known -> memory.isEmpty())
                .map(LockstepException::exitCode)
                .orElse(ExitCode.INTERNAL_FAULT)
                .number();
    }

    /** A config has a line for each of its mistakes; whatever else breaks a line is not ours. */
    private static String message(LockstepException fault) {
        return fault.exitCode() == ExitCode.CONFIG
                ? Printable.lines(fault.getMessage())
                : Printable.line(fault.getMessage());
    }

    private static int reportUsage(CommandLine.ParameterException thrown, String[] arguments) {
        CommandLine command = thrown.getCommandLine();
        PrintWriter err = command.getErr();
        String mistake = isToCome(arguments)
                ? arguments[0] + " is not available in this version"
                : Printable.line(thrown.getMessage());
        err.println(
                "lockstep: " + mistake + ". Try: " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCode.CONFIG.number();
    }

    private static boolean isToCome(String[] arguments) {
        return arguments.length > 0 && TO_COME.contains(arguments[0]);
    }

    private static Throwable rootCause(Throwable thrown) {
        return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .reduce((outer, inner) -> inner)
                .orElse(thrown);
    }

    private static String firstLine(Throwable thrown) {
        String text = thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static String log() {
        String file = System.getProperty("lockstep.log");
        return file == null ? "" : " (" + file + ")";
    }
}
