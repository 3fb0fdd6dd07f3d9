package io.lockstep.bench;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scripts/bench}: measures the cases and prints what came out. */
@Command(
        name = "scripts/bench",
        sortOptions = false,
        description = {
            "Lockstep beside PyTorch, MLlib and the bare matrix products, in one run: the contenders take turns, an epoch"
                    + " each, and the medians of the rounds count. Keep the machine quiet meanwhile.",
            "scripts/bench kernels [ARGUMENTS OF JMH] measures the kernels instead."
        })
final class Bench implements Callable<Integer> {
    private static final Path MNIST = Path.of("sample-data/mnist/train-images-idx3-ubyte.gz");
    private static final List<String> QUICK = List.of("small-512", "small-4096", "mllib");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // picocli reads the option's kind, not its value
    private boolean help;

    @Option(names = "--quick", description = "Some two minutes: few rounds of small-512, small-4096 and mllib.")
    private boolean quick;

    @Option(names = "--cases", split = ",", description = "Of small-512, small-128, small-4096, large-512, mllib.")
    private List<String> cases = List.of();

    @Option(
            names = "--only",
            split = ",",
            description = "Of barrier, barrier-tanh, driver, floor, products, square, pytorch, mllib, mllib-vector,"
                    + " mllib-openblas.")
    private List<String> only = List.of();

    @Option(names = "--rounds", description = "Rounds that count (default: 5; 3 of the slow cases; --quick: 2 and 1).")
    private Integer rounds;

    @Option(names = "--warm-ups", description = "Rounds before them (default: 3; 1 of the slow cases; --quick: 1, 0).")
    private Integer warmUps;

    @Option(names = "--data", description = "MNIST's training images, idx (default: what scripts/fetch-mnist gets).")
    private Path data;

    @Option(names = "--cores", description = "Threads of each contender (default: ${DEFAULT-VALUE}).")
    private int cores = 2;

    @Option(names = "--heap", description = "Heap of each JVM (default: half of the memory, 1g to 8g).")
    private String heap;

    @Option(names = "--json", description = "Where everything goes, lap by lap (default: target/bench.json).")
    private Path json;

    private final PrintStream out;

    private Bench(PrintStream out) {
        this.out = out;
    }

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench(System.out))
                .setParameterExceptionHandler((e, arguments) -> failed(e, CommandLine.ExitCode.USAGE))
                .setExecutionExceptionHandler((e, commandLine, result) -> failed(e, CommandLine.ExitCode.SOFTWARE))
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<Case> chosen = chosen();
        ZonedDateTime started = ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
        double loadAtStart = Machine.loadAverage();
        Path images = images();
        Conditions conditions = new Conditions(images, cores, heap == null ? Machine.heap() : heap, openBlas());
        Map<Case, Map<String, Series>> results = new LinkedHashMap<>();
        Map<String, String> libraries;
        try (Rounds runner = new Rounds(conditions, Bench::progress)) {
            for (Case each : chosen) {
                results.put(each, runner.run(each, contenders(each), warmUps(each), rounds(each)));
            }
            libraries = runner.libraries();
        }
        Map<String, Object> machine = machine(started, loadAtStart, images, libraries);
        machine.put("cores_used_by_others", Report.disturbance(results));
        Map<String, Map<String, Series>> byName = new LinkedHashMap<>();
        results.forEach((each, series) -> byName.put(each.name(), series));
        List<Targets.Target> targets = Targets.of(byName);

        Report report = new Report(out, Mnist.read(images).examples());
        report.head(machine);
        results.forEach(report::table);
        report.targets(targets, Report.disturbance(results));
        Path file = json == null ? Paths.target().resolve("bench.json") : json;
        Report.json(file, machine, settings(conditions, chosen), results, targets);
        out.println("\n" + file);
        return 0;
    }

    private static int failed(Exception e, int code) {
        System.err.println("bench: " + e.getMessage());
        return code;
    }

    private static void progress(String line) {
        System.err.println(line);
    }

    private List<Case> chosen() {
        List<Case> all = Case.all();
        requireKnown("--cases", cases, all.stream().map(Case::name).toList());
        requireKnown(
                "--only",
                only,
                all.stream()
                        .flatMap(each -> each.contenders().keySet().stream())
                        .distinct()
                        .toList());
        List<String> names = !cases.isEmpty() ? cases : quick ? QUICK : List.of();
        return all.stream()
                .filter(each -> names.isEmpty() || names.contains(each.name()))
                .filter(each -> !contenders(each).isEmpty())
                .toList();
    }

    private static void requireKnown(String option, List<String> wanted, List<String> known) {
        for (String name : wanted) {
            if (!known.contains(name)) {
                throw new CommandLine.ParameterException(
                        new CommandLine(new Bench(System.out)),
                        option + ": no \"" + name + "\". Known: " + String.join(", ", known) + ".");
            }
        }
    }

    private List<String> contenders(Case each) {
        return each.contenders().keySet().stream()
                .filter(name -> only.isEmpty() || only.contains(name))
                .toList();
    }

    private int rounds(Case each) {
        if (rounds != null) {
            return rounds;
        }
        return quick ? (each.slow() ? 1 : 2) : (each.slow() ? 3 : 5);
    }

    private int warmUps(Case each) {
        if (warmUps != null) {
            return warmUps;
        }
        return quick ? (each.slow() ? 0 : 1) : (each.slow() ? 1 : 3);
    }

    private Path images() throws IOException {
        if (data != null) {
            if (!Files.exists(data)) {
                throw new IOException("--data: no file " + data);
            }
            return data.toAbsolutePath();
        }
        Path fetched = Paths.project().resolve(MNIST);
        return Files.exists(fetched) ? fetched : Mnist.synthetic(Paths.target().resolve("bench-data"));
    }

    /** What MLlib gets as a system's OpenBLAS. */
    private static String openBlas() {
        Optional<String> system = Machine.systemOpenBlas();
        if (system.isPresent()) {
            return system.get();
        }
        File jni = new File(Loader.load(openblas_nolapack.class));
        return new File(jni.getParentFile(), "libopenblas_nolapack.so.0").getPath();
    }

    private Map<String, Object> machine(
            ZonedDateTime started, double loadAtStart, Path images, Map<String, String> libraries) throws IOException {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("date", started.toString());
        machine.put("commit", Machine.commit());
        machine.put("cpu", Machine.cpu());
        machine.put("cores", Machine.cores() + ", of which " + cores + " used");
        machine.put("jvm", Machine.jvm());
        machine.put("spark", org.apache.spark.package$.MODULE$.SPARK_VERSION());
        machine.putAll(libraries);
        if (libraries.containsKey("mllib_openblas")) {
            machine.put(
                    "mllib_openblas",
                    libraries.get("mllib_openblas") + ", "
                            + Machine.systemOpenBlas()
                                    .orElse("Lockstep's own OpenBLAS, for the system has none installed"));
        }
        machine.put(
                "data",
                images.startsWith(Paths.target())
                        ? "SYNTHETIC, 60,000 x 784: MNIST is not here (scripts/fetch-mnist, or --data)"
                        : images.getFileName().toString());
        machine.put("load_average", loadAtStart + " at the start, " + Machine.loadAverage() + " at the end");
        return machine;
    }

    private Map<String, Object> settings(Conditions conditions, List<Case> chosen) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("cores", cores);
        settings.put("heap", conditions.heap());
        List<Object> perCase = new ArrayList<>();
        for (Case each : chosen) {
            perCase.add(Map.of("case", each.name(), "warm_ups", warmUps(each), "rounds", rounds(each)));
        }
        settings.put("cases", perCase);
        return settings;
    }
}
